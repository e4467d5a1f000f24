using ImageSdk.Building.Layers;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// Keeps hard links whole. When one of several names of a file changes, the overlay copies that name up and leaves the
/// others with the old file, where a plain file system would show the change under every name.
/// </summary>
static class HardLinks
{
    public static void Restore(LayerStore store, IReadOnlyList<string> below, string upper, DirectoryHandle root)
    {
        var changed = new List<byte[]>();
        using (var handle = DirectoryHandle.Open(upper))
            FindCopiedUp(handle, [], changed);
        if (changed.Count == 0)
            return;
        var lowerTrees = below.Reverse().Select(layer => (Layer: layer, Tree: Path.Combine(store.LayerDirectory(layer), "t"))).ToList();
        var indexes = new Dictionary<string, LayerIndex>();
        foreach (var path in changed)
        {
            foreach (var (layer, tree) in lowerTrees)
            {
                using var lower = DirectoryHandle.Open(tree);
                if (lower.TryStat(path) is not { } status)
                    continue;
                if (status is { Kind: FileKind.Regular, LinkCount: > 1 })
                {
                    if (!indexes.TryGetValue(layer, out var index))
                        indexes.Add(layer, index = store.ReadIndex(layer));
                    Relink(root, upper, index, path, status);
                }
                break;
            }
        }
    }

    static void FindCopiedUp(DirectoryHandle directory, byte[] path, List<byte[]> changed)
    {
        foreach (var name in directory.ReadNames())
        {
            var status = directory.Stat(name);
            byte[] childPath = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
            if (status.Kind == FileKind.Directory)
            {
                using var child = directory.OpenDirectory(name);
                FindCopiedUp(child, childPath, changed);
            }
            else if (status.Kind == FileKind.Regular
                && directory.ReadAttributes(name).Any(attribute => OverlayAttributes.IsOrigin(attribute.Name)))
                changed.Add(childPath);
        }
    }

    static void Relink(DirectoryHandle root, string upper, LayerIndex index, byte[] path, FileStatus old)
    {
        var self = index.Entries.FirstOrDefault(entry => entry.Path.Span.SequenceEqual(path));
        if (self is null || self.LinkId == 0)
            return;
        using var upperHandle = DirectoryHandle.Open(upper);
        foreach (var other in index.Entries)
        {
            if (other.LinkId != self.LinkId || other.Path == self.Path)
                continue;
            // Only a name that still shows the old file: same size and time, not changed on its own, not removed.
            if (upperHandle.TryStat(other.Path.Span) is not null || root.TryStat(other.Path.Span) is not { Kind: FileKind.Regular } now
                || (now.Size, now.Mtime) != (old.Size, old.Mtime))
                continue;
            root.Unlink(other.Path.Span);
            root.MakeHardLink(other.Path.Span, root, path);
        }
    }
}
