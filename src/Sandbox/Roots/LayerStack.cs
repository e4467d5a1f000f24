using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Layers.Shared;
using ImageSdk.Posix;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Sandbox.Roots;

/// <summary>
/// Makes high stacks of layers low enough to be mounted, and to be worth it: every name that is not there is looked for in each of them,
/// and the kernel joins 500 at most. Runs of layers at fixed places in the stack are merged into one each, which is in the cache like
/// any layer. So all images on one base share what is merged, and what a stage makes does not depend on it: keys are those of the stack.
/// </summary>
sealed class LayerStack(WorkerSession session)
{
    /// <summary>Layers that are mounted as they are. At this height a name that is not there costs about what starting a program does.</summary>
    const int MostJoined = 200;

    /// <summary>
    /// Layers that become one. Fewer than half of what fits mount(2): kernels that take no more can mount several thousand then.
    /// </summary>
    internal const int RunLength = 64;

    const string Prefix = "layers/";
    const string Suffix = "/t";

    /// <param name="trees">Directories in the cache, from its root; the lowest first, none twice.</param>
    /// <param name="canMount">Whether the kernel takes these, also the lowest first.</param>
    /// <returns>Those to mount in their place.</returns>
    public IReadOnlyList<string> Lower(IReadOnlyList<string> trees, Func<IReadOnlyList<string>, bool> canMount)
    {
        while (trees.Count > MostJoined || !canMount(trees))
        {
            var lower = MergeRuns(trees);
            if (lower.Count == trees.Count)
                return trees;
            trees = lower;
        }
        return trees;
    }

    // The lowest of all is what a bootstrap made, or a whole image: it stays by itself, since to merge it is to copy it.
    List<string> MergeRuns(IReadOnlyList<string> trees)
    {
        var lower = new List<string>(trees.Take(1));
        for (var start = 1; start < trees.Count; start += RunLength)
        {
            var run = trees.Skip(start).Take(RunLength).ToList();
            // What is not a layer yet is at the top, and merged when there are more on it.
            if (run.Count == RunLength && run.TrueForAll(IsLayer))
                lower.Add(Merge(run.ConvertAll(IdOf)));
            else
                lower.AddRange(run);
        }
        return lower;
    }

    /// <summary>Looks whether layers among these directories are still what was made.</summary>
    /// <exception cref="ImageSdk.Contracts.Diagnostics.BuildException">IMG3173: one is not.</exception>
    public void Check(IReadOnlyList<string> trees)
    {
        foreach (var tree in trees)
            if (IsLayer(tree))
                session.Checks.Require(session, IdOf(tree));
    }

    static bool IsLayer(string tree) => tree.StartsWith(Prefix, StringComparison.Ordinal) && tree.EndsWith(Suffix, StringComparison.Ordinal);

    static string IdOf(string tree) => tree[Prefix.Length..^Suffix.Length];

    string Merge(List<string> layers)
    {
        var store = session.Store;
        // Named like what a stage reads, so that lists of the cache say what it is.
        var inputs = $"MergeLayers 1\n{string.Concat(layers.Select(layer => $"layer {layer}\n"))}";
        var id = CacheKey.IdOf(CacheKey.Of(inputs));
        if (!store.Contains(id) || !session.Checks.IsWhole(session, id, out _))
        {
            using var making = store.LockAsync(
                id, () => session.Listener.Progress("Waiting for another build that merges the same layers"), session.Cancellation).GetAwaiter().GetResult();
            if (!store.Contains(id))
                Make(id, inputs, layers);
        }
        store.MarkUsed([id]);
        return LayerStore.TreeOf(id);
    }

    void Make(string id, string inputs, List<string> layers)
    {
        session.Listener.Progress($"Merging {layers.Count} layers into one");
        var merge = new LayerMerge();
        using var contents = new StackContents(session.Store);
        foreach (var layer in layers)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            session.Checks.Require(session, layer);
            var own = session.Store.ReadIndex(layer);
            merge.Add(own);
            contents.Add(layer, own);
        }
        var index = merge.ToIndex();
        var directory = session.NextRootDirectory();
        try
        {
            var tree = Directory.CreateDirectory(Path.Combine(directory, "u")).FullName;
            new ImageUnpacker(new SourceFetch(contents), session.Cancellation).Unpack(LayerImage.ToTree(index, WorkerEnvironment.IsRootless), tree);
            LayerWriter.Write(session.Store, tree, Path.Combine(directory, "layer"), new(id, inputs, "", null, IsEmpty: false, [], index));
        }
        finally
        {
            using var handle = DirectoryHandle.Open(session.Directory);
            handle.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(directory)));
        }
    }

    /// <summary>Contents of files by their hashes, each from one of the layers that have it.</summary>
    sealed class StackContents(LayerStore store) : IObjectSource, IDisposable
    {
        readonly Dictionary<ObjectHash, (DirectoryHandle Tree, ByteString Path)> files = [];
        readonly List<DirectoryHandle> trees = [];

        public void Add(string layer, LayerIndex index)
        {
            var tree = DirectoryHandle.Open(Path.Combine(store.Root, LayerStore.TreeOf(layer)));
            trees.Add(tree);
            foreach (var entry in index.Entries)
                if (entry.Inode is RegularInode { Size: > 0 } file)
                    files.TryAdd(file.Hash, (tree, entry.Path));
        }

        public Stream OpenRead(ObjectHash hash) => files.TryGetValue(hash, out var file)
            ? file.Tree.OpenRead(file.Path.Span)
            : throw new FileNotFoundException($"the layers have no object {hash}");

        public void Dispose() => trees.ForEach(tree => tree.Dispose());
    }
}
