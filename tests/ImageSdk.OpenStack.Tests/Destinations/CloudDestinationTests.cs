using ImageSdk.ImageBuilder.Destinations;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Settings;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Destinations;

/// <summary>Where an image builder brings images and documents, in real clouds.</summary>
[Collection(TestCloudUsers.Name)]
public sealed class CloudDestinationTests(TestCloud cloud) : IDisposable
{
    readonly TestDirectory folder = new();

    public void Dispose() => folder.Dispose();

    RebuiltImage NewImage(int size = 100_000) =>
        new(Guid.NewGuid(), "trusty ü-1", folder.WriteRandom("made", size), "qcow2", new Dictionary<string, string> { ["series"] = "trusty", ["packages"] = "libfoo,baz-utils" });

    async Task<List<GlanceImage>> FindAsync(RebuiltImage image)
    {
        using var images = new ImageService(cloud.Settings, retries: TestCloud.Retries);
        var found = new List<GlanceImage>();
        await foreach (var one in images.ListAsync(new Dictionary<string, string> { ["imagesdk_build"] = image.Id.ToString() }))
            found.Add(one);
        return found;
    }

    [CloudFact]
    public async Task An_image_is_in_Glance_once_with_what_it_was_made_of()
    {
        var (image, destination) = (NewImage(), new GlanceDestination(cloud.Settings, "private"));
        var placed = await destination.PlaceAsync(image, _ => { }, CancellationToken.None);
        var made = Assert.Single(await FindAsync(image));

        Assert.Equal((placed.Id, placed.Location), (made.Id.ToString(), $"{cloud.Glance}v2/images/{made.Id}"));
        Assert.Equal(("trusty ü-1", "active", "private", "trusty", "libfoo,baz-utils"), (made.Name, made.Status, made.Visibility, made.Properties["series"], made.Properties["packages"]));
        Assert.Equal(placed, await destination.PlaceAsync(image, _ => { }, CancellationToken.None));
        Assert.Single(await FindAsync(image));
    }

    [CloudFact]
    public async Task What_a_killed_process_left_in_Glance_is_replaced()
    {
        var image = NewImage();
        using var images = new ImageService(cloud.Settings, retries: TestCloud.Retries);
        // Of another content, as if it had been cut off.
        var left = await images.UploadAsync(new(image.Name, "qcow2") { Properties = new Dictionary<string, string> { ["imagesdk_build"] = image.Id.ToString() } }, folder.WriteRandom("half", 50_000));
        var placed = await new GlanceDestination(cloud.Settings, "").PlaceAsync(image, _ => { }, CancellationToken.None);

        Assert.Equal([placed.Id], (await FindAsync(image)).Select(found => found.Id.ToString()));
        Assert.NotEqual(left.Id.ToString(), placed.Id);
    }

    [CloudFact]
    public async Task What_a_killed_process_left_in_Glance_is_removed()
    {
        var (image, destination) = (NewImage(), new GlanceDestination(cloud.Settings, ""));
        var other = await destination.PlaceAsync(NewImage(), _ => { }, CancellationToken.None);
        // A record without content, as a process leaves it that is killed while it sends.
        using var admin = new HttpClient();
        admin.DefaultRequestHeaders.Add("X-Auth-Token", await cloud.Admin.TokenAsync());
        using (var answer = await admin.PostAsync(new Uri(cloud.Glance, "v2/images"), new StringContent($$"""{"name": "half", "disk_format": "qcow2", "container_format": "bare", "imagesdk_build": "{{image.Id}}"}""", System.Text.Encoding.UTF8, "application/json")))
            answer.EnsureSuccessStatusCode();
        Assert.Equal("queued", Assert.Single(await FindAsync(image)).Status);

        await destination.RemoveAsync(image.Id, CancellationToken.None);
        Assert.Empty(await FindAsync(image));
        await destination.RemoveAsync(image.Id, CancellationToken.None);
        using var images = new ImageService(cloud.Settings, retries: TestCloud.Retries);
        Assert.NotNull(await images.GetAsync(Guid.Parse(other.Id)));
    }

    [CloudFact]
    public async Task An_image_that_is_cancelled_leaves_nothing_in_Glance()
    {
        using var cancellation = new CancellationTokenSource();
        using var relay = new Relay(cloud.Glance) { Passed = passed => { if (passed > 1_000_000) cancellation.Cancel(); } };
        var image = NewImage(3_000_000);
        var destination = new GlanceDestination(cloud.Settings with { Endpoints = new Dictionary<string, Uri> { ["image"] = relay.Address } }, "");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => destination.PlaceAsync(image, _ => { }, cancellation.Token));

        Assert.Empty(await FindAsync(image));
    }

    [CloudFact]
    public async Task A_refusal_of_Glance_is_one_of_the_destination()
    {
        var refusal = await Assert.ThrowsAsync<DestinationException>(() => new GlanceDestination(cloud.Settings with { Password = "wrong-one" }, "").PlaceAsync(NewImage(), _ => { }, CancellationToken.None));
        Assert.Equal(("IMG7455", false), (refusal.Code, refusal.IsTransient));
        Assert.DoesNotContain("wrong-one", refusal.ToString());
    }

    [CloudFact]
    public async Task Documents_are_read_from_Swift_by_everybody_where_they_are_public()
    {
        var address = await PutAsync(new SwiftDataStore(cloud.Settings, isPublic: true));
        using var anonymous = new HttpClient();
        Assert.Equal("a log", await anonymous.GetStringAsync(address));
        Assert.Contains("/imagebuilder.", address);
    }

    [CloudFact]
    public async Task Documents_are_put_into_a_bucket()
    {
        var saved = new[] { "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY" }.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        try
        {
            Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL", cloud.S3.AbsoluteUri);
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test:tester");
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "testing");
            var absent = await Assert.ThrowsAsync<DestinationException>(() => PutAsync(DestinationTable.OpenData("s3:no-such-bucket")));
            Assert.Equal(("IMG7480", false), (absent.Code, absent.IsTransient));

            using var swift = new OpenStack.Swift.SwiftService(cloud.Version1Settings, retries: TestCloud.PatientRetries);
            var bucket = swift.Open("bucket-of-tests");
            await bucket.PutFileAsync("first", "x"u8.ToArray());
            var address = await PutAsync(DestinationTable.OpenData("s3:bucket-of-tests/ci/logs"));

            Assert.Matches($"^{cloud.S3}bucket-of-tests/ci/logs/imagebuilder\\.[0-9a-f-]{{36}}/build\\.log$", address);
            Assert.Equal("a log"u8.ToArray(), await bucket.GetFileAsync(new Uri(address).AbsolutePath["/bucket-of-tests/".Length..]));
        }
        finally
        {
            foreach (var (name, value) in saved)
                Environment.SetEnvironmentVariable(name, value);
        }
    }

    static async Task<string> PutAsync(IDataStore store)
    {
        using var content = new MemoryStream("a log"u8.ToArray());
        var address = await store.PutAsync($"imagebuilder.{Guid.NewGuid()}", "build.log", "text/plain; charset=utf-8", content, CancellationToken.None);
        Assert.True(content.CanRead);
        return address;
    }
}

public sealed class DestinationTableTests
{
    [Theory]
    [InlineData("glance:no such cloud", "IMG7451")]
    [InlineData("glance:ftp://host", "IMG7452")]
    public void Images_go_to_clouds_that_are_known(string place, string code) =>
        Assert.Equal(code, Assert.Throws<DestinationException>(() => DestinationTable.OpenImages(place)).Code);

    [Fact]
    public void Who_sees_images_is_a_word_of_Glance() =>
        Assert.Equal("IMG7475", Assert.Throws<DestinationException>(() => DestinationTable.OpenImages("glance:https://glance.example", "nobody")).Code);

    [Theory]
    [InlineData("swift:no such cloud", "IMG7451")]
    [InlineData("s3:", "IMG7481")]
    public void Documents_go_to_stores_that_are_known(string place, string code) =>
        Assert.Equal(code, Assert.Throws<DestinationException>(() => DestinationTable.OpenData(place)).Code);

    [Fact]
    public void Everything_else_is_a_directory()
    {
        Assert.IsType<DirectoryDestination>(DestinationTable.OpenImages("/srv/images"));
        Assert.IsType<GlanceDestination>(DestinationTable.OpenImages("glance:https://glance.example"));
        Assert.IsType<DirectoryDataStore>(DestinationTable.OpenData("./swift:x"));
    }
}
