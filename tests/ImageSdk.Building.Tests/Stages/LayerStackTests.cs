using ImageSdk.Contracts;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Building.Tests.Stages;

public sealed class LayerStackTests : IDisposable
{
    readonly string folder = Directory.CreateDirectory(Path.Combine(TestHost.Root, $"stack ä-{Guid.NewGuid():N}")).FullName;
    readonly LayerStore store;
    readonly WorkerSession session;

    public LayerStackTests()
    {
        store = new(folder, Processes.UserId);
        session = new(store, new RecordingListener(), CancellationToken.None);
    }

    public void Dispose()
    {
        session.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A layer with a file that all have and one of its own, two names of which are one file.</summary>
    string Make(int number)
    {
        var root = session.NextRootDirectory();
        var tree = Directory.CreateDirectory(Path.Combine(root, "u")).FullName;
        File.WriteAllText(Path.Combine(tree, "all"), $"{number}");
        File.WriteAllText(Path.Combine(tree, $"own {number} ä"), $"{number}");
        Assert.True(HardLink.TryMake(Path.Combine(tree, $"own {number} ä"), Path.Combine(tree, $"second {number}")));
        var id = CacheKey.IdOf(CacheKey.Of($"{number}"));
        LayerWriter.Write(store, tree, Path.Combine(root, "layer"), new(id, "", "", null, false, [], LayerScanner.Scan(tree, withRoot: true, CancellationToken.None)));
        return LayerStore.TreeOf(id);
    }

    [Fact]
    public void A_kernel_that_takes_one_page_of_names_gets_runs_of_layers_as_one()
    {
        List<string> trees = [.. Enumerable.Range(0, 150).Select(Make)];
        var lower = new LayerStack(session).Lower(trees, joined => joined.Count <= 100);
        Assert.Equal([trees[0], .. trees[(1 + (2 * LayerStack.RunLength))..]], [lower[0], .. lower.Skip(3)]);
        var merged = new DirectoryInfo(Path.Combine(store.Root, lower[2]));
        Assert.Equal($"{2 * LayerStack.RunLength}", File.ReadAllText(Path.Combine(merged.FullName, "all")));
        Assert.Equal(1 + (2 * LayerStack.RunLength), merged.GetFiles().Length);
        using (var handle = DirectoryHandle.Open(merged.FullName))
            Assert.Equal(handle.Stat("own 100 ä"u8).Inode, handle.Stat("second 100"u8).Inode);
        Assert.Empty(LayerVerifier.FindFaults(store, store.Ids(), content: true, CancellationToken.None));
        // The next image finds them there, also one that goes on where this one ends.
        var made = store.Ids().Count();
        Assert.Equal([.. lower, Make(150)], new LayerStack(session).Lower([.. trees, LayerStore.TreeOf(CacheKey.IdOf(CacheKey.Of("150")))], joined => joined.Count <= 100));
        Assert.Equal(made + 1, store.Ids().Count());
    }

    [Fact]
    public void Runs_of_runs_make_room_for_thousands()
    {
        // As many merged ones as there are layers in two runs of runs.
        List<string> trees = [.. Enumerable.Range(0, 12).Select(Make)];
        var high = trees.Concat(Enumerable.Range(0, LayerStack.RunLength * LayerStack.RunLength).Select(number => trees[1 + (number % 11)])).ToList();
        Assert.True(new LayerStack(session).Lower(high, joined => joined.Count <= 20).Count <= 20);
    }

    [Fact]
    public void Low_stacks_stay_as_they_are()
    {
        List<string> trees = [.. Enumerable.Range(0, 5).Select(number => $"layers/{number}/t")];
        Assert.Same(trees, new LayerStack(session).Lower(trees, _ => true));
    }
}
