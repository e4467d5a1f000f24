using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Disks.Contents;

/// <summary>What goes into the file system of a partition: a tree, and where the contents of its files are.</summary>
/// <param name="tree">The tree, from the partition's own root.</param>
/// <param name="root">The image's root.</param>
/// <param name="mountPoint">Where the partition belongs in it: "/" or "/var".</param>
/// <param name="added">Contents of files that are not the image's, by their inodes' numbers.</param>
sealed class PartitionContent(FileSystem tree, DirectoryHandle root, ByteString mountPoint, IReadOnlyDictionary<ulong, byte[]> added)
{
    public FileSystem Tree { get; } = tree;

    /// <summary>Files that are not the image's: their paths from the partition's root, and their contents.</summary>
    public IEnumerable<(FileSystemEntry Entry, byte[] Content)> Added => Tree.Index.Entries
        .Where(entry => entry.InodeNumber is { } number && added.ContainsKey(number))
        .Select(entry => (entry, added[entry.InodeNumber!.Value]));

    /// <summary>Reads a file from its start to its end; every chunk but the last fills the buffer.</summary>
    /// <exception cref="InvalidDataException">The file has another size than the tree says.</exception>
    public void Read(FileSystemEntry entry, byte[] buffer, Action<ReadOnlySpan<byte>> take)
    {
        if (added.TryGetValue(entry.InodeNumber!.Value, out var content))
        {
            foreach (var chunk in content.Chunk(buffer.Length))
                take(chunk);
            return;
        }
        var size = (long)((RegularInode)entry.Inode).Size;
        using var file = root.OpenBeneath(PathInImage(entry.Path).Span[1..]);
        var read = 0L;
        for (int count; (count = SparseReader.IsWorthIt((ulong)size) ? file.ReadSparse(buffer) : file.Read(buffer)) > 0; read += count)
            take(buffer.AsSpan(0, count));
        if (read != size)
            throw new InvalidDataException($"{PathInImage(entry.Path)} has {read} bytes; the image says {size}.");
    }

    ByteString PathInImage(ByteString path) =>
        mountPoint.Length == 1 ? path : new([.. mountPoint.Span, .. path.Span]);
}
