using System.Text;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>A file, directory or other entry of a tree.</summary>
sealed class BtrfsInode : IInode
{
    const int Length = 160, LongestLink = 4096;
    const uint WithoutChecksums = 1;

    readonly BtrfsVolume volume;
    readonly BtrfsTree tree;
    readonly ReadOnlyMemory<byte> raw;

    /// <exception cref="DiskImageException">There is no such inode.</exception>
    public BtrfsInode(BtrfsVolume volume, BtrfsTree tree, ulong number)
    {
        (this.volume, this.tree, Number) = (volume, tree, number);
        if (tree.Floor(new(number, BtrfsKey.Inode, 0)) is not ({ Type: BtrfsKey.Inode } key, var item) || key.Object != number || item.Length < Length)
            throw Damaged($"there is no inode {number}");
        raw = item;
    }

    public ulong Number { get; }

    /// <summary>Type and permission bits, as in st_mode.</summary>
    public uint Mode => Little32(raw.Span, 52);

    public FileKind Kind => FileStatus.KindOf(Mode);

    public uint Uid => Little32(raw.Span, 44);

    public uint Gid => Little32(raw.Span, 48);

    public uint LinkCount => Little32(raw.Span, 40);

    /// <summary>Bytes.</summary>
    public long Size => Little64(raw.Span, 16) <= long.MaxValue / 2 ? (long)Little64(raw.Span, 16) : throw Damaged($"inode {Number} has {Little64(raw.Span, 16)} bytes");

    public PosixTime Mtime => new((long)Little64(raw.Span, 136), (int)Math.Min(Little32(raw.Span, 144), 999_999_999));

    /// <summary>The device of a device node, in the kernel's 64-bit encoding. On the disk it has twelve bits of major number and twenty of minor.</summary>
    public ulong Device => DeviceNumber.Encode((uint)(Little64(raw.Span, 56) >> 20), (uint)Little64(raw.Span, 56) & 0xF_FFFF);

    /// <summary>What is in a directory, without "." and "..".</summary>
    public IEnumerable<BtrfsEntry> ReadEntries()
    {
        foreach (var (_, item) in tree.Of(Number, BtrfsKey.DirectoryIndex))
            foreach (var entry in BtrfsEntry.ReadAll(item))
                yield return IsName(entry.Name) ? entry : throw Damaged($"a name in directory {Number} cannot be");
    }

    /// <summary>Extended attributes, without those that are settings of the file system.</summary>
    public IReadOnlyList<(string Name, byte[] Value)> ReadAttributes() =>
    [
        .. tree.Of(Number, BtrfsKey.Attribute).SelectMany(item => BtrfsEntry.ReadAll(item.Item)).Select(entry => (Name: Encoding.UTF8.GetString(entry.Name), Value: entry.Data))
            .Where(attribute => !attribute.Name.StartsWith("btrfs.", StringComparison.Ordinal)),
    ];

    /// <summary>The target of a symbolic link.</summary>
    public byte[] ReadLink() => Size <= LongestLink ? ReadWhole((int)Size) : throw Damaged($"inode {Number} is a link of {Size} bytes");

    /// <summary>Reads a small content.</summary>
    public byte[] ReadWhole(int size)
    {
        var content = new byte[size];
        ReadContent((part, offset) => part.CopyTo(content.AsSpan((int)offset)), _ => { });
        return content;
    }

    public delegate void PartWriter(ReadOnlySpan<byte> part, long offset);

    /// <summary>Reads a content in order. What is in no part is zeros.</summary>
    /// <param name="count">Called with the bytes of each part before it is read.</param>
    public void ReadContent(PartWriter write, Action<long> count)
    {
        var (extents, reached, size) = (new BtrfsExtents(volume, Number, (Little64(raw.Span, 64) & WithoutChecksums) == 0), 0L, Size);
        foreach (var (key, item) in tree.Of(Number, BtrfsKey.FileExtent))
        {
            if (key.Offset < (ulong)reached || key.Offset > long.MaxValue / 2)
                throw Damaged($"the extents of inode {Number} are out of order");
            // What was set aside may lie behind the end.
            if ((long)key.Offset >= size)
                return;
            var offset = (long)key.Offset;
            reached = offset + extents.Read(item, size - offset, (part, inside) => write(part, offset + inside), count);
        }
    }
}
