using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Layers;

public sealed class LayerVerifierTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk-layers-").FullName;
    readonly LayerStore store;

    public LayerVerifierTests()
    {
        store = new LayerStore(folder, 7);
        var tree = Path.Combine(store.LayerDirectory("a"), "t");
        Directory.CreateDirectory(Path.Combine(tree, "etc"));
        File.WriteAllText(Path.Combine(tree, "etc/file"), "content");
        File.CreateSymbolicLink(Path.Combine(tree, "etc/link"), "file");
        using var index = File.Create(store.IndexFile("a"));
        LayerScanner.Scan(tree, withRoot: true, CancellationToken.None).Write(index);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Inside(string path) => Path.Combine(store.LayerDirectory("a"), "t", path);

    string? Fault(bool content = false) =>
        LayerVerifier.FindFaults(store, store.Ids(), content, CancellationToken.None).SingleOrDefault()?.Reason;

    [Fact]
    public void A_whole_layer_has_no_faults()
    {
        Assert.Null(Fault());
        Assert.Null(Fault(content: true));
        // Times come from the index.
        File.SetLastWriteTimeUtc(Inside("etc/file"), DateTime.UnixEpoch);
        Assert.Null(Fault(content: true));
    }

    [Fact]
    public void Changed_content_of_the_same_length_is_found_by_its_hash()
    {
        File.WriteAllText(Inside("etc/file"), "CONTENT");
        Assert.Null(Fault());
        Assert.Equal("/etc/file has another content", Fault(content: true));
    }

    [Fact]
    public void Every_difference_in_the_tree_is_found()
    {
        File.WriteAllText(Inside("etc/file"), "longer content");
        Assert.Equal("/etc/file has 14 bytes instead of 7", Fault());
        File.WriteAllText(Inside("etc/file"), "content");
        File.WriteAllText(Inside("new"), "");
        Assert.Equal("/new is not in the index", Fault());
        File.Delete(Inside("new"));
        File.Delete(Inside("etc/link"));
        Assert.Equal("/etc/link is missing", Fault());
        File.CreateSymbolicLink(Inside("etc/link"), "elsewhere");
        Assert.Equal("/etc/link leads elsewhere", Fault());
        File.Delete(Inside("etc/link"));
        File.WriteAllText(Inside("etc/link"), "file");
        Assert.Equal("/etc/link is of another type", Fault());
        File.Delete(Inside("etc/link"));
        File.CreateSymbolicLink(Inside("etc/link"), "file");
        File.SetUnixFileMode(Inside("etc"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal("/etc has another mode", Fault());
    }

    [Fact]
    public void An_index_that_is_missing_or_damaged_is_a_fault_and_stays()
    {
        File.WriteAllText(store.IndexFile("a"), "nonsense");
        Assert.NotNull(Fault());
        Assert.True(File.Exists(store.IndexFile("a")));
        File.Delete(store.IndexFile("a"));
        Assert.Equal("it has no index", Fault());
        Assert.Empty(LayerVerifier.FindFaults(store, ["gone"], false, CancellationToken.None));
    }

    [Fact]
    public void A_tree_that_is_missing_is_a_fault()
    {
        using (var layer = DirectoryHandle.Open(store.LayerDirectory("a")))
            layer.RemoveTree("t"u8);
        Assert.NotNull(Fault());
    }
}
