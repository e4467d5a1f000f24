using System.Text;
using ImageSdk.Building.Publishing;
using ImageSdk.Images;
using ImageSdk.Layers.Shared;
using ImageSdk.Storage;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests.Publishing;

/// <summary>The image of a stream that a publication compares with.</summary>
public sealed class LastPublishedTests : IAsyncLifetime
{
    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk-last-");
    TestServer server = null!;
    LocalStore local = null!;

    public async Task InitializeAsync()
    {
        server = await TestServer.StartAsync();
        local = new LocalStore(directory.FullName);
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Is_the_newest_of_the_stream_and_comes_without_contents()
    {
        await using var link = new ServerLink(new($"127.0.0.1:{server.Port}", directory.FullName), null, new RecordedProgress());
        Assert.Null(await LastPublished.FindAsync(link, "base/hello", default));
        Assert.Null(LastPublished.Find(local.Images, "base/hello"));
        foreach (var (name, content) in ((string, string)[])[("base/hello/2026-01-02:03:04:05", "one"), ("base/hello/2026-01-02:03:04:06", "two"), ("base/hello/other/2026-01-03:00:00:00", "three")])
        {
            var image = ImageOf(content);
            local.Images.Add(name, image);
            await new ServerPublisher(link, local.Objects, new RecordedProgress()).PublishAsync(name, image, default);
        }
        var last = await LastPublished.FindAsync(link, "base/hello", default);
        Assert.Equal("base/hello/2026-01-02:03:04:06", last!.Name);
        Assert.Equal(TreeHash.Compute(ImageOf("two").FileSystem!), TreeHash.Compute(last.Image.FileSystem!));
        Assert.Equal("base/hello/2026-01-02:03:04:06", LastPublished.Find(local.Images, "base/hello")!.Name);
        // One that cannot be read is no reason not to publish.
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(local.Images.GetPath("base/hello/x"))!))
            File.WriteAllText(file, "damaged");
        Assert.Null(LastPublished.Find(local.Images, "base/hello"));
    }

    Image ImageOf(string content)
    {
        var builder = new FileSystemBuilder();
        var added = local.Objects.Add(Encoding.UTF8.GetBytes(content));
        builder.Add("/file", new RegularInode { Mode = InodeMode.Regular | Permissions.File, Size = added.Size, Hash = added.Hash });
        return new Image { FileSystem = builder.Build() };
    }
}
