using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Layers;

/// <summary>Walks a layer's tree (an overlay's upper directory) and makes its index; hashes every file once.</summary>
static class LayerScanner
{
    const int ShownOfPath = 200;

    /// <param name="tree">The upper directory. Sockets in it are removed: they mean nothing without their process.</param>
    /// <param name="withRoot">Whether the root directory's own mode and owner are part of the layer.</param>
    /// <param name="most">Entries that there may be; 0 for any number.</param>
    /// <exception cref="BuildException">There are more (IMG5261).</exception>
    public static LayerIndex Scan(string tree, bool withRoot, CancellationToken cancellation, int most = 0)
    {
        using var root = DirectoryHandle.Open(tree);
        var entries = List(root, withRoot, cancellation, most);
        Hash(root, entries, cancellation);
        return new LayerIndex(entries);
    }

    /// <summary>The entries of a tree without the hashes of its files.</summary>
    public static List<LayerEntry> List(DirectoryHandle root, bool withRoot, CancellationToken cancellation, int most = 0)
    {
        var entries = new List<LayerEntry>();
        if (withRoot)
        {
            var inode = ToDirectory(root.Stat(), ReadAttributes(root, "."u8).Kept);
            entries.Add(new(new ByteString([]), LayerEntryKind.Inode, inode, 0, false));
        }
        Walk(root, [], entries, most, cancellation);
        return entries;
    }

    static void Walk(DirectoryHandle directory, byte[] path, List<LayerEntry> entries, int most, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var name in directory.ReadNames())
        {
            if (most > 0 && entries.Count >= most)
                throw new BuildException("IMG5261",
                    $"A stage leaves more than {most} files and directories, the last of them in {directory.Path}. If an image is to have as many, raise ImageEntryLimit; 0 is no limit.");
            var status = directory.Stat(name);
            var childPath = new ByteString(path.Length == 0 ? name : [.. path, (byte)'/', .. name]);
            if (childPath.Length >= PathLimits.Path)
                throw new BuildException("IMG5300",
                    $"A stage leaves a path of {childPath.Length + 1} bytes: /{new ByteString(childPath.Span[..ShownOfPath])}…. No program can open one of more than {PathLimits.Path}: have the stage make shorter ones, or remove it.");
            if (status.Kind == FileKind.CharacterDevice && status.Rdev == 0)
            {
                entries.Add(new(childPath, LayerEntryKind.Whiteout, null, 0, false));
                continue;
            }
            if (status.Kind is FileKind.Socket or FileKind.Unknown)
            {
                directory.Unlink(name);
                continue;
            }
            var attributes = ReadAttributes(directory, name);
            if (status.Kind == FileKind.Directory)
            {
                entries.Add(new(childPath, LayerEntryKind.Inode, ToDirectory(status, attributes.Kept), 0, attributes.Opaque));
                using var child = directory.OpenDirectory(name);
                Walk(child, childPath.Span.ToArray(), entries, most, cancellation);
                continue;
            }
            var linkId = status.LinkCount > 1 ? status.Inode : 0;
            entries.Add(new(childPath, LayerEntryKind.Inode, ToInode(directory, name, status, attributes), linkId, false));
        }
    }

    static DirectoryInode ToDirectory(FileStatus status, ExtendedAttributes attributes) => new()
    {
        Mode = status.Mode, Uid = status.Uid, Gid = status.Gid, Mtime = ToTime(status.Mtime), ExtendedAttributes = attributes,
    };

    static Inode ToInode(DirectoryHandle directory, byte[] name, FileStatus status, Attributes attributes) => status.Kind switch
    {
        FileKind.Symlink => new SymlinkInode
        {
            Uid = status.Uid, Gid = status.Gid, Target = new ByteString(directory.ReadLink(name)), ExtendedAttributes = attributes.Kept,
        },
        FileKind.Regular when attributes.Placeholder is { } device => new SpecialInode
        {
            Mode = device.TypeBits | status.Permissions, Uid = status.Uid, Gid = status.Gid, Mtime = ToTime(status.Mtime),
            Rdev = device.Rdev, ExtendedAttributes = attributes.Kept,
        },
        FileKind.Regular => new RegularInode
        {
            Mode = status.Mode, Uid = status.Uid, Gid = status.Gid, Mtime = ToTime(status.Mtime), Size = status.Size,
            ExtendedAttributes = attributes.Kept,
        },
        _ => new SpecialInode
        {
            Mode = status.Mode, Uid = status.Uid, Gid = status.Gid, Mtime = ToTime(status.Mtime), Rdev = status.Rdev,
            ExtendedAttributes = attributes.Kept,
        },
    };

    static FileTime ToTime(PosixTime time) => new(time.Seconds, time.Nanoseconds);

    readonly record struct Attributes(ExtendedAttributes Kept, bool Opaque, DevicePlaceholder? Placeholder);

    static Attributes ReadAttributes(DirectoryHandle directory, ReadOnlySpan<byte> name)
    {
        var all = directory.ReadAttributes(name);
        if (all.Count == 0)
            return new(ExtendedAttributes.None, false, null);
        var kept = new List<KeyValuePair<ByteString, ByteString>>();
        var opaque = false;
        DevicePlaceholder? placeholder = null;
        foreach (var (attribute, value) in all)
        {
            if (OverlayAttributes.BelongsToImage(attribute))
                kept.Add(new(new ByteString(attribute), new ByteString(value)));
            else if (OverlayAttributes.IsOpaque(attribute))
                opaque = value.AsSpan().SequenceEqual("y"u8);
            else if (attribute.AsSpan().SequenceEqual(OverlayAttributes.Placeholder))
                placeholder = DevicePlaceholder.Parse(value);
        }
        return new(ExtendedAttributes.Create(kept), opaque, placeholder);
    }

    public static void Hash(DirectoryHandle root, List<LayerEntry> entries, CancellationToken cancellation)
    {
        // Hard links share their content: the first name of each is hashed, the others take over its inode.
        var firstOfLink = new Dictionary<ulong, int>();
        var toHash = new List<int>();
        for (var i = 0; i < entries.Count; i++)
            if (entries[i].Inode is RegularInode { Size: > 0 } && (entries[i].LinkId == 0 || firstOfLink.TryAdd(entries[i].LinkId, i)))
                toHash.Add(i);
        var batches = LayerHashing.Cut(entries, toHash).ToList();
        // Most layers are small, and starting threads takes longer than hashing them.
        if (batches.Count < 2)
            batches.ForEach(batch => LayerHashing.Hash(root, entries, batch, cancellation));
        else
            Parallel.ForEach(
                batches, new ParallelOptions { CancellationToken = cancellation }, batch => LayerHashing.Hash(root, entries, batch, cancellation));
        for (var i = 0; i < entries.Count; i++)
            if (entries[i].LinkId != 0 && firstOfLink.TryGetValue(entries[i].LinkId, out var first))
                entries[i] = entries[i] with { Inode = entries[first].Inode };
    }
}
