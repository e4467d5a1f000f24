using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>Compares layers with their indexes. Times do not count: the index is where they are taken from.</summary>
static class LayerVerifier
{
    /// <param name="content">Whether every file is read and its hash compared.</param>
    public static List<LayerFault> FindFaults(LayerStore store, IEnumerable<string> ids, bool content, CancellationToken cancellation)
    {
        var faults = new List<LayerFault>();
        foreach (var id in ids)
        {
            cancellation.ThrowIfCancellationRequested();
            if (FindFault(store, id, content, cancellation) is { } reason)
                faults.Add(new(id, reason));
        }
        return faults;
    }

    /// <summary>What is wrong with a layer; null for nothing, and for one that is not there.</summary>
    public static string? FindFault(LayerStore store, string id, bool content, CancellationToken cancellation)
    {
        try
        {
            if (store.TryReadIndex(id) is not { } index)
                return Directory.Exists(store.LayerDirectory(id)) ? "it has no index" : null;
            using var tree = DirectoryHandle.Open(Path.Combine(store.LayerDirectory(id), "t"));
            var found = LayerScanner.List(tree, withRoot: true, cancellation);
            return Compare(index.Entries, found) ?? (content ? CompareContent(tree, index.Entries, found, cancellation) : null);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException or PosixException)
        {
            return exception.Message;
        }
    }

    static string? Compare(IReadOnlyList<LayerEntry> expected, List<LayerEntry> found)
    {
        var byPath = found.ToDictionary(entry => entry.Path);
        foreach (var entry in expected)
        {
            if (!byPath.Remove(entry.Path, out var there))
                return $"{Name(entry)} is missing";
            if (Describe(entry, there) is { } difference)
                return $"{Name(entry)} {difference}";
        }
        return byPath.Count == 0 ? null : $"{Name(found.First(entry => byPath.ContainsKey(entry.Path)))} is not in the index";
    }

    static string? Describe(LayerEntry expected, LayerEntry found) => (expected.Inode, found.Inode) switch
    {
        (null, null) => null,
        (null, _) => "is there though it was removed",
        (_, null) => "is missing",
        var (left, right) when left.GetType() != right.GetType() => "is of another type",
        var (left, right) when (left.Uid, left.Gid) != (right.Uid, right.Gid) => "has another owner",
        (ModedInode left, ModedInode right) when left.Mode != right.Mode => "has another mode",
        (RegularInode left, RegularInode right) when left.Size != right.Size => $"has {right.Size} bytes instead of {left.Size}",
        (SymlinkInode left, SymlinkInode right) when left.Target != right.Target => "leads elsewhere",
        (SpecialInode left, SpecialInode right) when left.Rdev != right.Rdev => "is another device",
        var (left, right) when !left.ExtendedAttributes.Equals(right.ExtendedAttributes) => "has other extended attributes",
        _ when expected.Opaque != found.Opaque => "hides other names below it",
        _ => null,
    };

    static string? CompareContent(
        DirectoryHandle tree, IReadOnlyList<LayerEntry> expected, List<LayerEntry> found, CancellationToken cancellation)
    {
        LayerScanner.Hash(tree, found, cancellation);
        var hashes = found.ToDictionary(entry => entry.Path, entry => (entry.Inode as RegularInode)?.Hash);
        foreach (var entry in expected)
            if (entry.Inode is RegularInode regular && hashes[entry.Path] != regular.Hash)
                return $"{Name(entry)} has another content";
        return null;
    }

    static string Name(LayerEntry entry) => $"/{entry.Path}";
}
