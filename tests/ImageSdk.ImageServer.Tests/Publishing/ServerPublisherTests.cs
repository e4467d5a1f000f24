using System.Text;
using ImageSdk.Building.Publishing;
using ImageSdk.Building.Sources;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator.Transfer;
using ImageSdk.ImageServer.Tests.Replication;
using ImageSdk.Images;
using ImageSdk.Layers.Shared;
using ImageSdk.Storage;
using ImageSdk.Tests;

namespace ImageSdk.ImageServer.Tests.Publishing;

public sealed class ServerPublisherTests : IAsyncLifetime
{
    const string Name = "base/hello/2026-01-02:03:04:05";

    readonly RecordedProgress progress = new();
    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk-publish-");
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

    ServerLink Link() => new(new($"127.0.0.1:{server.Port}", directory.FullName), null, progress);

    Image MakeImage(int files, string tag)
    {
        var builder = new FileSystemBuilder();
        using var adder = local.Objects.BeginAdding();
        for (var index = 0; index < files; index++)
        {
            var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{tag} {index % 50} ", 1 + index % 700)));
            var added = adder.Add(content);
            builder.Add($"/file{index}", new RegularInode { Mode = InodeMode.Regular | Permissions.File, Size = added.Size, Hash = added.Hash });
        }
        adder.Commit();
        return new Image { FileSystem = builder.Build(), BuildLog = new(local.Objects.Add(Encoding.UTF8.GetBytes("log " + tag)).Hash) };
    }

    async Task<string> PublishAsync(string name, Image image)
    {
        await using var link = Link();
        return await new ServerPublisher(link, local.Objects, progress).PublishAsync(name, image, CancellationToken.None);
    }

    [Fact]
    public async Task SendsWhatIsMissingAndTheSameImageTwiceIsOne()
    {
        var image = MakeImage(300, "a");
        Assert.Equal(Name, await PublishAsync(Name, image));
        var images = await server.ConnectImagesAsync();
        var stored = (await images.GetImageAsync(Name))!;
        Assert.Equal(TreeHash.Compute(image.FileSystem!), TreeHash.Compute(stored.FileSystem!));
        var count = server.Parts.Objects.Statistics.Count;
        Assert.Equal(ObjectCount(image), count);

        Assert.Equal(Name, await PublishAsync(Name, image));
        Assert.Single(await images.ListImagesAsync(new()));

        // Another build of the same content: not one object more but its log.
        progress.Lines.Clear();
        Assert.Equal("base/hello/2026-01-02:03:04:06", await PublishAsync(Name, image with { BuildLog = MakeImage(0, "b").BuildLog }));
        Assert.Equal(count + 1, server.Parts.Objects.Statistics.Count);
        Assert.Contains(progress.Lines, line => line.StartsWith("Sent 1 objects, 5 B;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AServerThatKeepsExtendedAttributesGivesNoWarning()
    {
        await PublishAsync(Name, WithCapability(MakeImage(3, "a")));
        Assert.DoesNotContain(progress.Lines, line => line.Contains("IMG7191", StringComparison.Ordinal));
        var stored = (await (await server.ConnectImagesAsync()).GetImageAsync(Name))!;
        await using var link = Link();
        // What was sent had attributes; what a server answers without them has lost them.
        await (await server.ConnectImagesAsync()).AddImageAsync("base/hello/plain", MakeImage(3, "a"));
        Assert.Equal(0, await AttributeLoss.CountAsync(link.Connections, Name, stored, CancellationToken.None));
        Assert.Equal(1, await AttributeLoss.CountAsync(link.Connections, "base/hello/plain", stored, CancellationToken.None));
        Assert.Equal(0, await AttributeLoss.CountAsync(link.Connections, "base/hello/gone", stored, CancellationToken.None));
    }

    [GoToolsFact]
    public async Task AServerOfTheOriginalLosesThemWithAWarning()
    {
        await using var original = await GoServer.StartAsync();
        await using var link = new ServerLink(new($"127.0.0.1:{original.Port}", directory.FullName), null, progress);
        await new ServerPublisher(link, local.Objects, progress).PublishAsync(Name, WithCapability(MakeImage(3, "a")), CancellationToken.None);
        Assert.Single(progress.Lines, "Warning IMG7191");
    }

    static Image WithCapability(Image image)
    {
        var builder = new FileSystemBuilder(image.FileSystem!);
        var file = (RegularInode)builder.Find("/file0")!;
        builder.Replace("/file0", file with { ExtendedAttributes = ExtendedAttributes.Create([new("security.capability", "value")]) });
        return image with { FileSystem = builder.Build() };
    }

    [Fact]
    public async Task TakesTheNextSecondWhereANameIsTakenOrWasDeleted()
    {
        await PublishAsync(Name, MakeImage(3, "a"));
        await PublishAsync("base/hello/2026-01-02:03:04:06", MakeImage(3, "c"));
        await (await server.ConnectImagesAsync()).DeleteImageAsync("base/hello/2026-01-02:03:04:06");
        Assert.Equal("base/hello/2026-01-02:03:04:07", await PublishAsync(Name, MakeImage(3, "b")));
    }

    [Fact]
    public async Task SaysWhereTheServerIsNot()
    {
        await using var nowhere = new ServerLink(new("127.0.0.1:1"), "some.imgproj", progress);
        var problem = await Assert.ThrowsAsync<BuildException>(
            () => new ServerPublisher(nowhere, local.Objects, progress).PublishAsync(Name, MakeImage(1, "a"), CancellationToken.None));
        Assert.Equal(("IMG7005", "some.imgproj"), (problem.Diagnostic.Code, problem.Diagnostic.File));
        Assert.Equal("IMG7009", Assert.Throws<BuildException>(() => new ServerLink(new("a:b:c"), null, progress)).Diagnostic.Code);
        File.WriteAllText(Path.Combine(directory.FullName, "broken.key"), "nonsense");
        File.WriteAllText(Path.Combine(directory.FullName, "broken.cert"), "nonsense");
        Assert.Equal("IMG7008", Assert.Throws<BuildException>(Link).Diagnostic.Code);
    }

    [Theory]
    [InlineData("images.example", "images.example:6971")]
    [InlineData("images.example:1234", "images.example:1234")]
    [InlineData("http://images.example:1234/", "images.example:1234")]
    [InlineData("[::1]", "[::1]:6971")]
    [InlineData(" https://images.example ", "images.example:6971")]
    public async Task ReadsAddresses(string text, string expected)
    {
        await using var link = new ServerLink(new(text), null, progress);
        Assert.Equal(expected, link.Address);
    }

    [Fact]
    public async Task ASourceImageComesIntoTheLocalStore()
    {
        var image = MakeImage(120, "a");
        await PublishAsync(Name, image);
        var other = new LocalStore(Path.Combine(directory.FullName, "other"));
        await using var link = Link();
        var source = new ServerSource(link, other, progress);

        await source.FetchLatestAsync("base/none", "", TagMatcher.Any, CancellationToken.None);
        Assert.Empty(other.Images.List());
        await source.FetchLatestAsync("base/hello", "", TagMatcher.Any, CancellationToken.None);
        Assert.Equal([Name], other.Images.List());
        Assert.Equal(TreeHash.Compute(image.FileSystem!), TreeHash.Compute(other.Images.Get(Name)!.FileSystem!));
        Assert.Empty(other.Images.Verify(withContent: true));

        progress.Lines.Clear();
        await source.FetchLatestAsync("base/hello", "", TagMatcher.Any, CancellationToken.None);
        Assert.Empty(progress.Lines);
    }

    static long ObjectCount(Image image) => ImageObjects.List(image).Count;
}
