using System.Text;
using ImageSdk.DiskImages.Blocks;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>
/// A btrfs on one disk, read without mounting it (btrfs's documentation, "On-disk format", and the kernel's include/uapi/linux/btrfs_tree.h). What was not
/// unmounted cleanly is refused where its log has what programs had made sure to be on the disk.
/// </summary>
sealed class BtrfsVolume
{
    const int SuperblockPlace = 0x1_0000, SuperblockLength = 4096, MagicPlace = 64, ChecksumLength = 32, LabelPlace = 299, ChunkListPlace = 811, LongestChunkList = 2048;
    const int KeptNodes = 512, SmallestBlock = 4096, LargestBlock = 1 << 16;
    const ulong ChecksumObject = unchecked((ulong)-10L), ChunkObject = 256, ChecksumTree = 7;

    // Mixed back references, a default subvolume, mixed groups, lzo, zstd, large metadata, long references, thin metadata, no holes, an identity of its own for
    // metadata, three and four copies, simple quotas.
    const ulong KnownFeatures = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40 | 0x100 | 0x200 | 0x400 | 0x800 | 0x1_0000;

    /// <summary>Where the superblock lies again.</summary>
    static readonly long[] mirrors = [1L << 26, 1L << 38];

    readonly IBlocks blocks;
    readonly byte[] superblock;
    readonly BtrfsChecksum checksum;
    readonly BtrfsChunks chunks;
    readonly Dictionary<ulong, byte[]> nodes = [];
    readonly Lazy<BtrfsTree?> checksums;

    /// <exception cref="DiskImageException">It is none, damaged, or has features that are not known.</exception>
    public BtrfsVolume(IBlocks blocks)
    {
        this.blocks = blocks;
        superblock = ReadSuperblock();
        checksum = BtrfsChecksum.Of(Little16(superblock, 196));
        if ((Little64(superblock, 188) & ~KnownFeatures) is var unknown and not 0)
            throw new DiskImageException($"its file system has features that are not known here (incompat {unknown:x})");
        (SectorSize, NodeSize) = ((int)Math.Min(Little32(superblock, 144), int.MaxValue), (int)Math.Min(Little32(superblock, 148), int.MaxValue));
        var listLength = Little32(superblock, 160);
        if (!IsBlock(SectorSize) || !IsBlock(NodeSize) || NodeSize < SectorSize || listLength > LongestChunkList)
            throw Damaged("the superblock contradicts itself");
        if (Little64(superblock, 96) != 0)
            throw new DiskImageException("its file system was not unmounted cleanly, and its log has changes that are not in it yet (mounting it once applies them)");
        if (Little64(superblock, 209) > (ulong)blocks.Length)
            throw new DiskImageException($"its file system has {Little64(superblock, 209)} bytes, more than there are: it is cut off");
        chunks = new(Little64(superblock, 201));
        chunks.AddList(superblock.AsSpan(ChunkListPlace, (int)listLength));
        foreach (var (key, item) in new BtrfsTree(this, Little64(superblock, 88), superblock[199]).From(new(ChunkObject, BtrfsKey.Chunk, 0)).TakeWhile(item => item.Key is { Object: ChunkObject, Type: BtrfsKey.Chunk }))
            chunks.Add(key.Offset, item.Span);
        RootTree = new(this, Little64(superblock, 80), superblock[198]);
        checksums = new(() => BtrfsSubvolumes.TryOpen(this, ChecksumTree));
    }

    /// <summary>Whether there is such a file system.</summary>
    public static bool IsOne(IBlocks blocks)
    {
        if (blocks.Length < SuperblockPlace + SuperblockLength)
            return false;
        Span<byte> magic = stackalloc byte[8];
        blocks.Read(SuperblockPlace + MagicPlace, magic);
        return IsMagic(magic);
    }

    /// <summary>Bytes.</summary>
    public int SectorSize { get; }

    /// <summary>Bytes of a node of a tree.</summary>
    public int NodeSize { get; }

    /// <summary>The tree that names all others.</summary>
    public BtrfsTree RootTree { get; }

    /// <summary>Empty for none.</summary>
    public string Label => Encoding.UTF8.GetString(superblock.AsSpan(LabelPlace, 256)) is var label && label.IndexOf('\0') is var end and >= 0 ? label[..end] : label;

    public Guid Uuid => new(superblock.AsSpan(32, 16), bigEndian: true);

    /// <summary>Reads a node of a tree, by a copy of it that is whole.</summary>
    /// <exception cref="DiskImageException">There is none.</exception>
    public byte[] ReadNode(ulong address, int level)
    {
        if (nodes.TryGetValue(address, out var known))
            return LevelOf(known) == level ? known : throw Damaged($"the tree node at {address} is of another level");
        if (nodes.Count == KeptNodes)
            nodes.Clear();
        foreach (var place in chunks.PlacesOf(address, NodeSize))
        {
            var node = new byte[NodeSize];
            blocks.Read(place, node);
            if (checksum.Matches(node.AsSpan(ChecksumLength), node) && Little64(node, 48) == address && LevelOf(node) == level)
                return nodes[address] = node;
        }
        throw Damaged($"the tree node at {address} is not what it should be");
    }

    /// <summary>Reads content, by a copy of it whose checksums are right.</summary>
    /// <param name="isChecked">Whether it has checksums.</param>
    /// <exception cref="DiskImageException">There is none.</exception>
    public void ReadContent(ulong address, Span<byte> destination, bool isChecked)
    {
        if (address % (ulong)SectorSize != 0)
            throw Damaged($"a content lies at {address}");
        foreach (var place in chunks.PlacesOf(address, destination.Length))
        {
            blocks.Read(place, destination);
            if (!isChecked || HasRightChecksums(address, destination))
                return;
        }
        throw Damaged($"the checksum of the content at {address} is wrong");
    }

    bool HasRightChecksums(ulong address, ReadOnlySpan<byte> content)
    {
        if (checksum.Compute is null || checksums.Value is not { } tree)
            return true;
        // Sectors behind the content's end are not read, and those without a checksum are not compared.
        while (content.Length >= SectorSize)
        {
            var done = 1;
            if (tree.Floor(new(ChecksumObject, BtrfsKey.Checksums, address)) is ({ Object: ChecksumObject, Type: BtrfsKey.Checksums } key, var item)
                && (address - key.Offset) / (ulong)SectorSize is var first && first < (ulong)(item.Length / checksum.Length))
            {
                done = Math.Min(content.Length / SectorSize, item.Length / checksum.Length - (int)first);
                for (var i = 0; i < done; i++)
                    if (!checksum.Matches(content.Slice(i * SectorSize, SectorSize), item.Span[(((int)first + i) * checksum.Length)..]))
                        return false;
            }
            content = content[(done * SectorSize)..];
            address += (ulong)(done * SectorSize);
        }
        return true;
    }

    // A copy counts only where the first one is damaged: a disk may still have one of what it held before.
    byte[] ReadSuperblock()
    {
        var found = TryReadSuperblock(SuperblockPlace);
        foreach (var mirror in mirrors)
            if (found is null && blocks.Length >= mirror + SuperblockLength)
                found = TryReadSuperblock(mirror);
        return found ?? throw Damaged("the checksum of its superblock is wrong");
    }

    byte[]? TryReadSuperblock(long place)
    {
        var read = new byte[SuperblockLength];
        blocks.Read(place, read);
        return IsMagic(read.AsSpan(MagicPlace, 8)) && Little64(read, 48) == (ulong)place && BtrfsChecksum.Of(Little16(read, 196)).Matches(read.AsSpan(ChecksumLength), read) ? read : null;
    }

    static bool IsMagic(ReadOnlySpan<byte> magic) => magic.SequenceEqual("_BHRfS_M"u8);

    static bool IsBlock(int size) => size is >= SmallestBlock and <= LargestBlock && (size & (size - 1)) == 0;

    static int LevelOf(ReadOnlySpan<byte> node) => node[100];
}
