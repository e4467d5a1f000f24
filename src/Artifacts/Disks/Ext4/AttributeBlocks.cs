using ImageSdk.Images;
using static System.Buffers.Binary.BinaryPrimitives;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>
/// Extended attributes: in the inode where they fit, otherwise in a block of their own. Layout: the kernel's
/// Documentation/filesystems/ext4/attributes.rst.
/// </summary>
static class AttributeBlocks
{
    const uint Magic = 0xEA020000;
    const int EntrySize = 16;
    const int BlockHeaderSize = 32;

    static readonly (string Prefix, byte Index)[] Prefixes =
    [
        ("user.", 1), ("system.posix_acl_access", 2), ("system.posix_acl_default", 3), ("trusted.", 4), ("security.", 6), ("system.", 7),
    ];

    /// <summary>Attributes that share the room behind an inode.</summary>
    public static bool FitInInode(ExtendedAttributes attributes) => SizeOf(Order(attributes)) + 4 <= Inodes.Size - Inodes.AttributesPlace;

    public static void WriteToInode(Span<byte> inode, ExtendedAttributes attributes)
    {
        var room = inode[Inodes.AttributesPlace..];
        WriteUInt32LittleEndian(room, Magic);
        Write(room[4..], 0, Order(attributes));
    }

    /// <summary>Makes the block of an inode's attributes.</summary>
    /// <exception cref="ArtifactException">IMG6027: they do not fit.</exception>
    public static byte[] CreateBlock(ExtendedAttributes attributes, long number, uint fileSystemSeed, ByteString path)
    {
        var ordered = Order(attributes);
        var block = new byte[BlockDevice.BlockSize];
        if (SizeOf(ordered) + BlockHeaderSize > block.Length)
            throw new ArtifactException("IMG6027",
                $"The extended attributes of {path} are larger than the {block.Length} bytes that an ext4 file system has for them. Remove some of them from the image.");
        WriteUInt32LittleEndian(block, Magic);
        WriteUInt32LittleEndian(block.AsSpan(4), 1);
        WriteUInt32LittleEndian(block.AsSpan(8), 1);
        WriteUInt32LittleEndian(block.AsSpan(12), Write(block, BlockHeaderSize, ordered));
        WriteUInt32LittleEndian(block.AsSpan(16), Crc32c.Append(Crc32c.Append(fileSystemSeed, (ulong)number), block));
        return block;
    }

    /// <returns>The hash over all entries.</returns>
    static uint Write(Span<byte> room, int entriesPlace, List<(byte Index, byte[] Name, byte[] Value)> attributes)
    {
        var (place, end, all) = (entriesPlace, room.Length, 0u);
        foreach (var (index, name, value) in attributes)
        {
            end -= Padded(value.Length);
            value.CopyTo(room[end..]);
            var hash = HashOf(name, room.Slice(end, Padded(value.Length)));
            var entry = room[place..];
            entry[0] = (byte)name.Length;
            entry[1] = index;
            WriteUInt16LittleEndian(entry[2..], (ushort)(value.Length == 0 ? 0 : end));
            WriteUInt32LittleEndian(entry[8..], (uint)value.Length);
            WriteUInt32LittleEndian(entry[12..], hash);
            name.CopyTo(entry[EntrySize..]);
            place += EntrySize + Padded(name.Length);
            all = uint.RotateLeft(all, 16) ^ hash;
        }
        return all;
    }

    static uint HashOf(byte[] name, ReadOnlySpan<byte> value)
    {
        var hash = 0u;
        foreach (var letter in name)
            hash = uint.RotateLeft(hash, 5) ^ letter;
        for (; value.Length > 0; value = value[4..])
            hash = uint.RotateLeft(hash, 16) ^ ReadUInt32LittleEndian(value);
        return hash;
    }

    static int SizeOf(List<(byte Index, byte[] Name, byte[] Value)> attributes) =>
        4 + attributes.Sum(attribute => EntrySize + Padded(attribute.Name.Length) + Padded(attribute.Value.Length));

    static int Padded(int length) => (length + 3) & ~3;

    // The kernel searches them in the order of index, length and name.
    static List<(byte Index, byte[] Name, byte[] Value)> Order(ExtendedAttributes attributes)
    {
        var list = new List<(byte Index, byte[] Name, byte[] Value)>();
        foreach (var (name, value) in attributes)
        {
            var (prefix, index) = Prefixes.FirstOrDefault(prefix => name.Span.StartsWith(ByteString.FromText(prefix.Prefix).Span));
            // Linux has no other attributes.
            if (prefix is not null)
                list.Add((index, name.Span[prefix.Length..].ToArray(), index is 2 or 3 ? Shorten(value.Span) : value.Span.ToArray()));
        }
        list.Sort((left, right) =>
            left.Index != right.Index ? left.Index.CompareTo(right.Index)
            : left.Name.Length != right.Name.Length ? left.Name.Length.CompareTo(right.Name.Length)
            : left.Name.AsSpan().SequenceCompareTo(right.Name));
        return list;
    }

    // An access control list as system calls have it, version 2, in the form of the disk, version 1: only named users and
    // groups have a number.
    static byte[] Shorten(ReadOnlySpan<byte> list)
    {
        const int user = 2, group = 8;
        var result = new MemoryStream();
        result.Write([1, 0, 0, 0]);
        for (list = list.Length < 4 ? [] : list[4..]; list.Length >= 8; list = list[8..])
            result.Write(ReadUInt16LittleEndian(list) is user or group ? list[..8] : list[..4]);
        return result.ToArray();
    }
}
