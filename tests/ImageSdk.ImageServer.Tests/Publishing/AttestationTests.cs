using System.Text;
using ImageSdk.Building.Publishing;
using ImageSdk.Building.Sources;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.ImageServer.Tests.Replication;
using ImageSdk.Images;
using ImageSdk.Layers.Shared;
using ImageSdk.Storage;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests.Publishing;

/// <summary>Documents beside an image: objects that servers keep as long as the image.</summary>
public sealed class AttestationTests : IDisposable
{
    const string Name = "base/hello/2026-01-02:03:04:05";

    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk-attest-");
    readonly LocalStore local;

    public AttestationTests() => local = new LocalStore(directory.FullName);

    public void Dispose() => directory.Delete(recursive: true);

    ObjectHash Put(string content) => local.Objects.Add(Encoding.UTF8.GetBytes(content)).Hash;

    Image MakeImage()
    {
        var tree = new FileSystemBuilder();
        tree.Add("/file", new RegularInode { Mode = InodeMode.Regular | Permissions.File, Size = 7, Hash = Put("content") });
        return new Image
        {
            FileSystem = tree.Build(),
            BuildLog = new(Put("log")),
            Attestations = AttestationKinds.All.ToDictionary(kind => kind, kind => new Annotation(Put($"document {kind}"))),
        };
    }

    async Task PublishAsync(int port, Image image)
    {
        await using var link = new ServerLink(new($"127.0.0.1:{port}", directory.FullName), null, new SilentListener());
        await new ServerPublisher(link, local.Objects, new RecordedProgress()).PublishAsync(Name, image, CancellationToken.None);
    }

    [Fact]
    public async Task AServerKeepsThemWithTheImageAndAReplicaGetsThem()
    {
        await using var server = await TestServer.StartAsync();
        var image = MakeImage();
        await PublishAsync(server.Port, image);
        var images = await server.ConnectImagesAsync();
        await images.DeleteUnreferencedObjectsAsync(100, 0);
        await server.RestartAsync();
        images = await server.ConnectImagesAsync();
        Assert.Empty(await images.ListUnreferencedObjectsAsync());
        await images.DeleteUnreferencedObjectsAsync(100, 0);
        Assert.Equal(image.Attestations, (await images.GetImageAsync(Name))!.Attestations);
        Assert.All(image.Attestations!.Values, document => Assert.NotNull(server.Parts.Objects.SizeOf(document.Object!.Value)));

        await using var replica = await TestServer.StartAsync(options => (options.MasterHost, options.MasterPort) = ("127.0.0.1", (ushort)server.Port));
        await replica.Parts.Replicator!.Replicated;
        Assert.All(image.Attestations!.Values, document => Assert.NotNull(replica.Parts.Objects.SizeOf(document.Object!.Value)));

        var other = new LocalStore(Path.Combine(directory.FullName, "other"));
        await using (var link = new ServerLink(new($"127.0.0.1:{server.Port}", directory.FullName), null, new SilentListener()))
            await new ServerSource(link, other, new RecordedProgress()).FetchLatestAsync("base/hello", "", TagMatcher.Any, CancellationToken.None);
        Assert.Equal(image.Attestations, other.Images.Get(Name)!.Attestations);
        Assert.Empty(other.Images.Verify(withContent: true));

        await images.DeleteImageAsync(Name);
        Assert.Equal(5, (await images.ListUnreferencedObjectsAsync()).Count);
    }

    [GoToolsFact]
    public async Task AServerOfTheOriginalLosesThemAndNothingElse()
    {
        await using var server = await GoServer.StartAsync();
        var image = MakeImage();
        await PublishAsync(server.Port, image);
        var images = await server.ConnectImagesAsync();
        await images.DeleteUnreferencedObjectsAsync(100, 0);
        var stored = (await images.GetImageAsync(Name))!;
        Assert.Null(stored.Attestations);
        Assert.Equal(TreeHash.Compute(image.FileSystem!), TreeHash.Compute(stored.FileSystem!));
        Assert.Equal(image.BuildLog, stored.BuildLog);
        // Publishing again finds the image, and does not stumble over what is no longer there.
        await PublishAsync(server.Port, image);
        Assert.Single(await images.ListImagesAsync(new()));
        var needed = ImageObjects.List(stored).Keys.ToArray();
        Assert.Equal(2, needed.Length);
        Assert.All(await new ObjectServerClient(await server.ConnectAsync()).CheckObjectsAsync(needed), size => Assert.NotEqual(0ul, size));
    }

    [GoToolsFact]
    public async Task AReplicaOfTheOriginalFollowsAServerThatHasThem()
    {
        await using var master = await TestServer.StartAsync();
        await PublishAsync(master.Port, MakeImage());
        await using var replica = await GoServer.StartAsync(master.Port);
        var images = await replica.ConnectImagesAsync();
        await Wait.UntilAsync(async () => await images.CheckImageAsync(Name));
        Assert.Null((await images.GetImageAsync(Name))!.Attestations);
    }
}
