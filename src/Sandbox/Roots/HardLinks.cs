using System.Text;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Roots;

/// <summary>
/// Keeps hard links whole across layers. When one of several names of a file changes, the overlay copies that name up and
/// leaves the others in the lower layer, where a plain file system has the change under every name.
/// </summary>
static class HardLinks
{
    public static void Restore(LayerStore store, IReadOnlyList<string> below, string upper, DirectoryHandle root)
    {
        var changed = new List<(byte[] Path, bool IsCopy)>();
        using (var handle = DirectoryHandle.Open(upper))
            FindChanged(handle, [], changed);
        if (changed.Count == 0)
            return;
        // From one folder: a high stack has more layers than a process may have open.
        using var layers = DirectoryHandle.Open(store.LayersDirectory);
        var lowerTrees = below.Reverse().Select(layer => (layer, Encoding.UTF8.GetBytes($"{layer}/t/"))).ToList();
        Restore(store, layers, lowerTrees, upper, root, changed);
    }

    static void Restore(
        LayerStore store, DirectoryHandle layers, List<(string Layer, byte[] Tree)> lowerTrees, string upper, DirectoryHandle root,
        List<(byte[] Path, bool IsCopy)> changed)
    {
        var indexes = new Dictionary<string, LayerIndex>();
        foreach (var (path, isCopy) in changed)
        {
            foreach (var (layer, tree) in lowerTrees)
            {
                if (layers.TryStat([.. tree, .. path]) is not { } status)
                    continue;
                if (status is { Kind: FileKind.Regular, LinkCount: > 1 } && (isCopy || HasTimeOf(root, path, status)))
                {
                    if (!indexes.TryGetValue(layer, out var index))
                        indexes.Add(layer, index = store.ReadIndex(layer));
                    Relink(root, upper, index, path);
                }
                break;
            }
        }
    }

    // In a user namespace the kernel keeps no note of where a file was copied from. A new file in the place of the old one
    // has a time of its own; one whose mode or owner changed has the old time to the nanosecond.
    static bool HasTimeOf(DirectoryHandle root, byte[] path, FileStatus old) => root.TryStat(path)?.Mtime == old.Mtime;

    /// <summary>Files in the upper directory, and whether the kernel says that they are copies of lower ones.</summary>
    static void FindChanged(DirectoryHandle directory, byte[] path, List<(byte[] Path, bool IsCopy)> changed)
    {
        foreach (var name in directory.ReadNames())
        {
            var status = directory.Stat(name);
            byte[] childPath = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
            if (status.Kind == FileKind.Directory)
            {
                using var child = directory.OpenDirectory(name);
                FindChanged(child, childPath, changed);
            }
            else if (status.Kind == FileKind.Regular)
                changed.Add((childPath, directory.ReadAttributes(name).Any(attribute => OverlayAttributes.IsOrigin(attribute.Name) && attribute.Value.Length > 0)));
        }
    }

    static void Relink(DirectoryHandle root, string upper, LayerIndex index, byte[] path)
    {
        var self = index.Entries.FirstOrDefault(entry => entry.Path.Span.SequenceEqual(path));
        if (self is null || self.LinkId == 0)
            return;
        using var upperHandle = DirectoryHandle.Open(upper);
        foreach (var other in index.Entries)
        {
            // Names that were changed or removed on their own lie in the upper directory already.
            if (other.LinkId != self.LinkId || other.Path == self.Path || upperHandle.TryStat(other.Path.Span) is not null
                || root.TryStat(other.Path.Span) is not { Kind: FileKind.Regular })
                continue;
            root.Unlink(other.Path.Span);
            root.MakeHardLink(other.Path.Span, root, path);
        }
    }
}
