using System.Security.Cryptography;
using System.Text;
using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Ims;
using ImageSdk.Ims.Http;
using ImageSdk.Ims.Publishing;
using ImageSdk.Ims.Records;
using ImageSdk.Ims.Uploads;

namespace ImageSdk.ImageService.Tests.Clients;

/// <summary>Our own client: images are published once for their content, whole or not at all.</summary>
public sealed class PublicationTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk publish ü ").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    NewImage Image(string content = "root", string name = "compute/é 12", string arch = "x86_64")
    {
        var artifacts = new List<NewArtifact>();
        foreach (var (file, type) in new[] { ("rootfs", ServiceArtifact.Root), ("kernel", "application/vnd.cray.image.kernel") })
        {
            var path = Path.Combine(folder, $"{content} {file}");
            var bytes = Encoding.UTF8.GetBytes(content + file);
            File.WriteAllBytes(path, bytes);
            artifacts.Add(new(file, type, path, Convert.ToHexStringLower(MD5.HashData(bytes))));
        }
        return new(name, arch, artifacts) { Tags = new Dictionary<string, string> { ["team"] = "ü" } };
    }

    static async Task<(ServiceImage Image, bool Ran)> PublishAsync(TestService service, NewImage image, IArtifactUpload? uploads = null, CancellationToken cancellation = default)
    {
        using var client = new ImsClient(ServiceAddress.Parse($"{service.Client.BaseAddress}apis/ims"));
        using var signed = new SignedUpload(client);
        return await new ImagePublication(client, uploads ?? signed, _ => { }).PublishAsync(image, cancellation);
    }

    [Fact]
    public async Task The_same_content_is_there_once()
    {
        await using var service = await TestService.StartAsync();
        var (first, ran) = await PublishAsync(service, Image());
        Assert.True(ran);
        Assert.Equal(("compute/é 12", "x86_64", "ü"), (first.Name, first.Arch, first.Metadata!["team"]));
        var files = service.Files();
        Assert.Equal(3, files.Count);

        Assert.Equal((first.Id, false), ((await PublishAsync(service, Image())).Image.Id, (await PublishAsync(service, Image())).Ran));
        Assert.Equal(files, service.Files());

        foreach (var other in new[] { Image("other"), Image(name: "compute"), Image(arch: "aarch64") })
            Assert.True((await PublishAsync(service, other)).Ran);
        Assert.Equal(4, (await service.SendAsync("GET", "/v3/images")).Json!.AsArray().Count);
    }

    [Fact]
    public async Task An_image_that_lost_an_artifact_is_published_again()
    {
        await using var service = await TestService.StartAsync();
        var (first, _) = await PublishAsync(service, Image());
        await service.Artifacts.DeleteAsync(new("boot-images", $"{first.Id}/kernel"), default);
        var (second, ran) = await PublishAsync(service, Image());
        Assert.True(ran);
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task What_fails_leaves_nothing()
    {
        await using var service = await TestService.StartAsync();
        using var client = new ImsClient(ServiceAddress.Parse($"{service.Client.BaseAddress}"));
        using var failing = new FailingUpload(new SignedUpload(client)) { Left = 1 };
        await Assert.ThrowsAsync<ImsException>(() => PublishAsync(service, Image(), failing));
        Assert.Empty((await service.SendAsync("GET", "/v3/images")).Json!.AsArray());
        Assert.Empty((await service.SendAsync("GET", "/v3/deleted/images")).Json!.AsArray());
        Assert.Empty(service.Files());
    }

    [Fact]
    public async Task What_a_killed_attempt_began_the_next_one_completes()
    {
        await using var service = await TestService.StartAsync();
        var image = Image();
        var metadata = new Dictionary<string, string> { [NewImage.ContentTag] = image.Content };
        var begun = (await service.SendAsync("POST", "/v3/images", new { name = image.Name, arch = image.Arch, metadata })).Json!["id"]!.GetValue<string>();
        var (made, ran) = await PublishAsync(service, image);
        Assert.Equal((begun, true), (made.Id, ran));
        Assert.Single((await service.SendAsync("GET", "/v3/images")).Json!.AsArray());
    }

    [Fact]
    public async Task The_newest_of_a_name_is_found_and_any_by_its_id()
    {
        await using var service = await TestService.StartAsync();
        var (old, _) = await PublishAsync(service, Image("old"));
        var (young, _) = await PublishAsync(service, Image("young"));
        await PublishAsync(service, Image("arm", arch: "aarch64"));
        await service.SendAsync("POST", "/v3/images", new { name = "compute/é 12" });
        using var client = new ImsClient(ServiceAddress.Parse($"{service.Client.BaseAddress}"));
        Assert.Equal(young.Id, (await ServiceImages.FindAsync(client, "compute/é 12", "x86_64", default)).Id);
        Assert.Equal(old.Id, (await ServiceImages.FindAsync(client, old.Id, "x86_64", default)).Id);
        foreach (var (name, arch) in new[] { ("compute", "x86_64"), (old.Id, "aarch64"), (Guid.NewGuid().ToString(), "x86_64") })
            Assert.Equal("IMG7657", (await Assert.ThrowsAsync<ImsException>(() => ServiceImages.FindAsync(client, name, arch, default))).Code);
    }

    [Theory]
    [InlineData("http://127.0.0.1:1", "IMG7651")]
    [InlineData("nowhere", "IMG7650")]
    public async Task A_service_that_is_none_is_reported(string address, string code)
    {
        var error = await Assert.ThrowsAsync<ImsException>(async () =>
        {
            using var client = new ImsClient(ServiceAddress.Parse(address), "token-one");
            await client.SendAsync(HttpMethod.Post, "/v3/images", null, default);
        });
        Assert.Equal(code, error.Code);
        Assert.DoesNotContain("token-one", error.ToString());
    }

    [Fact]
    public async Task A_page_of_something_else_is_no_service()
    {
        await using var service = await TestService.StartAsync();
        using var client = new ImsClient(ServiceAddress.Parse($"{service.Client.BaseAddress}"));
        Assert.Equal("IMG7653", (await Assert.ThrowsAsync<ImsException>(() => client.SendAsync(HttpMethod.Get, "/assets/style.css", null, default))).Code);
        var refused = await Assert.ThrowsAsync<ImsException>(() => client.SendAsync(HttpMethod.Get, "/v3/images/7", null, default));
        Assert.Equal(("IMG7652", System.Net.HttpStatusCode.NotFound), (refused.Code, refused.Status!.Value));
    }

    [Theory]
    [InlineData("S3_ENDPOINT=http://s3;S3_ACCESS_KEY=k", "S3_SECRET_KEY")]
    [InlineData("S3_ENDPOINT=s3;S3_ACCESS_KEY=k;S3_SECRET_KEY=hidden-one", "S3_ENDPOINT")]
    public void Settings_of_S3_are_all_there_or_none(string settings, string named)
    {
        var variables = settings.Split(';').ToDictionary(setting => setting.Split('=')[0], setting => setting.Split('=', 2)[1]);
        var error = Assert.Throws<ImsException>(() => S3Settings.Read(variables.GetValueOrDefault));
        Assert.Equal("IMG7656", error.Code);
        Assert.Contains(named, error.Message);
        Assert.DoesNotContain("hidden-one", error.Message);
        Assert.Null(S3Settings.Read(_ => null));
    }

    sealed class FailingUpload(IArtifactUpload inner) : IArtifactUpload
    {
        public int Left { get; set; }

        public Task<ServiceLink> UploadAsync(string image, string name, string file, string md5, Action<long> sent, CancellationToken cancellation) =>
            Left-- == 0 ? throw new ImsException("IMG7655", "it is gone") : inner.UploadAsync(image, name, file, md5, sent, cancellation);

        public Task DropAsync(string image, string name, CancellationToken cancellation) => inner.DropAsync(image, name, cancellation);

        public void Dispose() => inner.Dispose();
    }
}
