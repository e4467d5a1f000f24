using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Layers.Shared;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.ImageServer.Tests.RemoteCache;

public sealed class ServerLayersTests : IAsyncLifetime
{
    const string Id = "0123456789abcdef01234567";

    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("imagesdk-layers-");
    TestServer server = null!;
    LayerStore store = null!;

    public async Task InitializeAsync()
    {
        server = await TestServer.StartAsync();
        store = new LayerStore(directory.FullName, 0);
        store.CreateDirectories();
    }

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }

    ServerLayers Layers() => new(new ServerLink(new($"127.0.0.1:{server.Port}", directory.FullName), null, new SilentListener()));

    LayerRecord MakeLayer(string content)
    {
        var tree = Path.Combine(directory.FullName, "u");
        Directory.CreateDirectory(Path.Combine(tree, "etc/sub"));
        File.WriteAllText(Path.Combine(tree, "etc/sub/file"), content);
        File.WriteAllText(Path.Combine(tree, "etc/empty"), "");
        var record = new LayerRecord(Id, "inputs\n", "log\n", "less\t1\t2\n", false, [], LayerScanner.Scan(tree, withRoot: true, CancellationToken.None));
        LayerWriter.Write(store, tree, Path.Combine(directory.FullName, "folder"), record);
        return record;
    }

    async Task AddAsync(LayerRecord record)
    {
        await using var layers = Layers();
        using var objects = new LayerObjects(store, record);
        await layers.AddAsync(
            record.Id, LayerImage.ToImage(record.Index, objects.Record, DateTimeOffset.UtcNow.AddDays(1)), objects, CancellationToken.None);
    }

    [Fact]
    public async Task ALayerComesBackAsItWas()
    {
        var record = MakeLayer("content");
        await AddAsync(record);
        await AddAsync(record);
        await using var layers = Layers();
        var found = LayerRecord.Read((await layers.FindAsync(Id, CancellationToken.None))!);
        Assert.Equal((record.Id, record.Inputs, record.Log, record.Packages), (found.Id, found.Inputs, found.Log, found.Packages));
        Assert.Equal(record.Index.Entries, found.Index.Entries);
        Assert.Null(await layers.FindAsync("another", CancellationToken.None));

        var target = directory.CreateSubdirectory("target").FullName;
        await new ImageUnpacker(layers.Objects, CancellationToken.None).UnpackAsync(LayerImage.ToTree(found.Index, isRootless: false), target, setOwners: false);
        Assert.Equal("content", File.ReadAllText(Path.Combine(target, "etc/sub/file")));
    }

    [Fact]
    public async Task ADamagedLayerIsToldFromAServerThatIsNotThere()
    {
        await AddAsync(MakeLayer("content"));
        await using var layers = Layers();
        var file = server.Parts.Objects.Store.GetPath(ObjectHash.Of("content"u8));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(file, "CONTENT");
        var record = LayerRecord.Read((await layers.FindAsync(Id, CancellationToken.None))!);
        var target = directory.CreateSubdirectory("target").FullName;
        var damage = await Assert.ThrowsAsync<IOException>(() =>
            new ImageUnpacker(layers.Objects, CancellationToken.None).UnpackAsync(LayerImage.ToTree(record.Index, isRootless: false), target, setOwners: false));
        Assert.IsType<InvalidDataException>(damage.InnerException);

        await server.DisposeAsync();
        await using var others = Layers();
        Assert.Equal("IMG7005", (await Assert.ThrowsAsync<BuildException>(() => others.FindAsync(Id, CancellationToken.None))).Diagnostic.Code);
        server = await TestServer.StartAsync();
    }

    [Fact]
    public async Task ARemovedLayerIsReplacedUnderAnotherName()
    {
        var record = MakeLayer("content");
        await AddAsync(record);
        await using var layers = Layers();
        await layers.RemoveAsync(Id, CancellationToken.None);
        Assert.Null(await layers.FindAsync(Id, CancellationToken.None));
        await AddAsync(record);
        Assert.NotNull(await layers.FindAsync(Id, CancellationToken.None));
    }
}
