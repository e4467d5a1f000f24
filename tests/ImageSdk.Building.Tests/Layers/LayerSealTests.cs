using ImageSdk.Contracts;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Layers;

public sealed class LayerSealTests : IDisposable
{
    const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    readonly string folder = Directory.CreateTempSubdirectory("imagesdk säal-").FullName;
    readonly LayerStore store;
    readonly string id = CacheKey.IdOf(CacheKey.Of("layer"));

    public LayerSealTests()
    {
        store = new(Path.Combine(folder, "cache"), Processes.UserId);
        store.CreateDirectories();
        var tree = Path.Combine(folder, "tree");
        Directory.CreateDirectory(Path.Combine(tree, "etc/deep/ä b"));
        File.WriteAllText(Path.Combine(tree, "etc/deep/ä b/file"), "content");
        // More files than are noted, a set-uid one among them.
        for (var number = 0; number < 1000; number++)
            File.WriteAllText(Path.Combine(tree, "etc", $"{number}"), $"{number}");
        File.WriteAllText(Path.Combine(tree, "program"), "program");
        File.SetUnixFileMode(Path.Combine(tree, "program"), Program | UnixFileMode.SetUser);
        LayerWriter.Write(store, tree, Path.Combine(folder, "made"), new(id, "", "", null, false, [], LayerScanner.Scan(tree, withRoot: true, CancellationToken.None)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Layer => store.LayerDirectory(id);

    string PathOf(string name) => Path.Combine(Layer, "t", name);

    [Fact]
    public void A_layer_that_nobody_changed_holds()
    {
        Assert.True(LayerSeal.Holds(Layer));
        File.ReadAllText(PathOf("etc/deep/ä b/file"));
        store.MarkUsed([id]);
        Assert.True(LayerSeal.Holds(Layer));
    }

    [Theory]
    [InlineData("plant")]
    [InlineData("plant deep")]
    [InlineData("remove")]
    [InlineData("replace")]
    [InlineData("mode of a directory")]
    [InlineData("set-uid content")]
    [InlineData("index")]
    public void What_somebody_changed_shows(string change)
    {
        // Kernels before 6.13 tell changes apart that are some milliseconds apart.
        Thread.Sleep(20);
        switch (change)
        {
            case "plant":
                File.WriteAllText(PathOf("new"), "");
                break;
            case "plant deep":
                File.WriteAllText(PathOf("etc/deep/ä b/new"), "");
                break;
            case "remove":
                File.Delete(PathOf("etc/5"));
                break;
            case "replace":
                File.WriteAllText(PathOf("other"), "5");
                File.Move(PathOf("other"), PathOf("etc/5"), overwrite: true);
                break;
            case "mode of a directory":
                File.SetUnixFileMode(PathOf("etc/deep"), Program | UnixFileMode.OtherWrite);
                break;
            case "set-uid content":
                var times = File.GetLastWriteTimeUtc(PathOf("program"));
                using (var file = File.OpenWrite(PathOf("program")))
                    file.Write("PROGRAM"u8);
                File.SetLastWriteTimeUtc(PathOf("program"), times);
                break;
            case "index":
                File.AppendAllText(store.IndexFile(id), "x");
                break;
        }
        Assert.False(LayerSeal.Holds(Layer));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(60)]
    public void A_seal_that_cannot_be_read_does_not_hold(int length)
    {
        using (var file = File.OpenWrite(Path.Combine(Layer, "seal")))
            file.SetLength(length);
        Assert.False(LayerSeal.Holds(Layer));
        File.Delete(Path.Combine(Layer, "seal"));
        Assert.False(LayerSeal.Holds(Layer));
    }

    [Fact]
    public void One_changed_file_among_few_always_shows()
    {
        // Of a layer with few files all are noted.
        var tree = Directory.CreateDirectory(Path.Combine(folder, "few")).FullName;
        File.WriteAllText(Path.Combine(tree, "only"), "only");
        var few = CacheKey.IdOf(CacheKey.Of("few"));
        LayerWriter.Write(store, tree, Path.Combine(folder, "made few"), new(few, "", "", null, false, [], LayerScanner.Scan(tree, withRoot: true, CancellationToken.None)));
        Assert.True(LayerSeal.Holds(store.LayerDirectory(few)));
        File.AppendAllText(Path.Combine(store.LayerDirectory(few), "t", "only"), "more");
        Assert.False(LayerSeal.Holds(store.LayerDirectory(few)));
    }
}
