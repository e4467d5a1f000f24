using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Volumes;

/// <summary>The tree of a file system, each directory before what is in it.</summary>
/// <param name="count">As with <see cref="ISourceNode.Describe"/>.</param>
sealed class VolumeTree(Action<long> count)
{
    const int DeepestTree = 1000;

    static readonly byte[] lostAndFound = [.. "lost+found"u8];

    readonly Dictionary<ulong, byte[]> linked = [];
    readonly HashSet<ulong> directories = [];

    /// <param name="path">Where the tree goes; empty for the root.</param>
    /// <exception cref="DiskImageException">The file system is damaged.</exception>
    public static IEnumerable<SourceEntry> Read(ISourceVolume volume, byte[] path, Action<long> count) => new VolumeTree(count).Read(path, volume.Root, 0);

    /// <summary>What a path leads to, links not followed; null where there is nothing.</summary>
    public static ISourceNode? Find(ISourceVolume volume, params ReadOnlySpan<string> path)
    {
        var node = volume.Root;
        foreach (var name in path)
        {
            if (node.Kind != FileKind.Directory || node.ReadNames().FirstOrDefault(entry => System.Text.Encoding.UTF8.GetString(entry.Name) == name).Node is not { } next)
                return null;
            node = next;
        }
        return node;
    }

    IEnumerable<SourceEntry> Read(byte[] path, ISourceNode directory, int depth)
    {
        if (!directories.Add(directory.Number) || depth > DeepestTree)
            throw new DiskImageException($"its file system is damaged: directory {directory.Number} is in two places");
        yield return directory.Describe(path, count);
        // By name, so that what is read does not depend on how the directory was filled.
        foreach (var (name, node) in directory.ReadNames().OrderBy(entry => entry.Name, ByNames.Instance))
        {
            if (depth == 0 && name.AsSpan().SequenceEqual(lostAndFound))
                continue;
            byte[] below = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
            if (node.Kind == FileKind.Directory)
            {
                foreach (var entry in Read(below, node, depth + 1))
                    yield return entry;
                continue;
            }
            if (node.Kind == FileKind.Unknown)
                throw new DiskImageException($"its file system is damaged: inode {node.Number} is of no known kind");
            if (node.IsLinked && !linked.TryAdd(node.Number, below))
                yield return node.Describe(below, count) with { Existing = linked[node.Number] };
            else
                yield return node.Describe(below, count);
        }
    }

    sealed class ByNames : IComparer<byte[]>
    {
        public static ByNames Instance { get; } = new();

        public int Compare(byte[]? left, byte[]? right) => left.AsSpan().SequenceCompareTo(right);
    }
}
