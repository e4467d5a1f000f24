using static System.Buffers.Binary.BinaryPrimitives;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>Which blocks of the device hold a file. Layout: the kernel's Documentation/filesystems/ext4/ifork.rst.</summary>
sealed class Extents
{
    // A longer one would say that its blocks are not written.
    const int LongestExtent = 32768;
    const int EntrySize = 12;
    const int EntriesInInode = 4;
    const int EntriesInBlock = (BlockDevice.BlockSize - EntrySize) / EntrySize;

    readonly List<(uint Logical, int Count, long First)> extents = [];

    /// <summary>Blocks that hold the file or its extents.</summary>
    public long BlockCount { get; private set; }

    /// <summary>The first block that was added.</summary>
    public long First => extents[0].First;

    /// <summary>The first block of an inode whose extents are all in it.</summary>
    /// <param name="root">60 bytes of the inode.</param>
    public static long FirstBlockOf(ReadOnlySpan<byte> root) =>
        ReadUInt32LittleEndian(root[(EntrySize + 8)..]) | ((long)ReadUInt16LittleEndian(root[(EntrySize + 6)..]) << 32);

    public void Add(uint logical, long first, int count)
    {
        BlockCount += count;
        if (extents is [.., var last] && last.Logical + last.Count == logical && last.First + last.Count == first && last.Count + count <= LongestExtent)
            extents[^1] = last with { Count = last.Count + count };
        else
            extents.Add((logical, count, first));
    }

    /// <summary>Writes the root of the extents into the inode, and blocks for those that do not fit there.</summary>
    /// <param name="root">60 bytes of the inode.</param>
    /// <param name="seed">What the checksums of the inode's blocks begin with.</param>
    public void Write(Span<byte> root, BlockDevice device, GroupDescriptors groups, uint seed)
    {
        root.Clear();
        if (extents.Count <= EntriesInInode)
        {
            WriteHeader(root, extents.Count, EntriesInInode, depth: 0);
            WriteLeaf(root, extents);
            return;
        }
        var leaves = extents.Chunk(EntriesInBlock).ToArray();
        // With 128 MiB an extent that is more than any block device that extents were gathered for.
        if (leaves.Length > EntriesInInode)
            throw new FileSystemFullException("extents for a file");
        WriteHeader(root, leaves.Length, EntriesInInode, depth: 1);
        for (var index = 0; index < leaves.Length; index++)
        {
            var block = groups.AllocateBlock();
            BlockCount++;
            var bytes = new byte[BlockDevice.BlockSize];
            WriteHeader(bytes, leaves[index].Length, EntriesInBlock, depth: 0);
            WriteLeaf(bytes, leaves[index]);
            WriteUInt32LittleEndian(bytes.AsSpan(^4..), Crc32c.Append(seed, bytes.AsSpan(..^4)));
            device.Write(block * BlockDevice.BlockSize, bytes);
            var entry = root[((index + 1) * EntrySize)..];
            WriteUInt32LittleEndian(entry, leaves[index][0].Logical);
            WriteUInt32LittleEndian(entry[4..], (uint)block);
            WriteUInt16LittleEndian(entry[8..], (ushort)(block >> 32));
        }
    }

    static void WriteHeader(Span<byte> node, int entries, int most, int depth)
    {
        WriteUInt16LittleEndian(node, 0xF30A);
        WriteUInt16LittleEndian(node[2..], (ushort)entries);
        WriteUInt16LittleEndian(node[4..], (ushort)most);
        WriteUInt16LittleEndian(node[6..], (ushort)depth);
    }

    static void WriteLeaf(Span<byte> node, IEnumerable<(uint Logical, int Count, long First)> extents)
    {
        foreach (var (logical, count, first) in extents)
        {
            node = node[EntrySize..];
            WriteUInt32LittleEndian(node, logical);
            WriteUInt16LittleEndian(node[4..], (ushort)count);
            WriteUInt16LittleEndian(node[6..], (ushort)(first >> 32));
            WriteUInt32LittleEndian(node[8..], (uint)first);
        }
    }
}
