using System.Buffers.Binary;
using System.Text;
using ImageSdk.DiskImages.Blocks;

namespace ImageSdk.DiskImages.Ext4;

/// <summary>
/// A file system of the family ext2, ext3 and ext4, read without mounting it. Layout: the kernel's Documentation/filesystems/ext4. What was
/// not unmounted cleanly is refused: the changes in its journal would be missing.
/// </summary>
sealed class Ext4Volume
{
    const int SuperblockPlace = 1024, SuperblockLength = 1024, MagicPlace = 0x38;
    const ushort Magic = 0xEF53;
    const int GroupLength = 32, LongGroupLength = 64;
    const uint NeedsRecovery = 0x4, MetaGroups = 0x10, LongPlaces = 0x80;

    // Types in directory entries, metadata groups, extents, 64 bits, protection from two mounts, flexible groups, large attributes, seeds of
    // checksums, large directories, contents in inodes, upper and lower case.
    const uint KnownFeatures = 0x2 | MetaGroups | 0x40 | LongPlaces | 0x100 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x20000;

    readonly IBlocks blocks;
    readonly byte[] superblock = new byte[SuperblockLength];
    readonly uint inodesPerGroup;
    readonly int inodeSize, groupLength;
    readonly uint groups, firstDataBlock, blocksPerGroup;

    /// <exception cref="DiskImageException">It is none, damaged, or has features that are not known.</exception>
    public Ext4Volume(IBlocks blocks)
    {
        this.blocks = blocks;
        blocks.Read(SuperblockPlace, superblock);
        if (Half(superblock, MagicPlace) != Magic)
            throw new DiskImageException("it is no file system of ext2, ext3 or ext4");
        var features = Word(superblock, 0x60);
        if ((features & NeedsRecovery) != 0)
            throw new DiskImageException("its file system was not unmounted cleanly, and the journal has changes that are not in it yet (e2fsck -p applies them)");
        if ((features & ~KnownFeatures) != 0)
            throw new DiskImageException($"its file system has features that are not known here (incompat {features & ~KnownFeatures:x})");
        var logBlockSize = Word(superblock, 0x18);
        if (logBlockSize > 6)
            throw new DiskImageException($"its file system has blocks of 2^{10 + logBlockSize} bytes");
        BlockSize = 1024 << (int)logBlockSize;
        inodesPerGroup = Word(superblock, 0x28);
        blocksPerGroup = Word(superblock, 0x20);
        firstDataBlock = Word(superblock, 0x14);
        inodeSize = Word(superblock, 0x4C) == 0 ? 128 : Half(superblock, 0x58);
        var isLong = (features & LongPlaces) != 0;
        groupLength = isLong ? Math.Max((int)Half(superblock, 0xFE), LongGroupLength) : GroupLength;
        BlockCount = Word(superblock, 0x4) | (isLong ? (ulong)Word(superblock, 0x150) << 32 : 0);
        if (inodesPerGroup == 0 || blocksPerGroup == 0 || inodeSize < 128 || inodeSize > BlockSize || groupLength > BlockSize || BlockCount == 0)
            throw new DiskImageException("its file system is damaged: the superblock contradicts itself");
        if (BlockCount > (ulong)blocks.Length / (ulong)BlockSize)
            throw new DiskImageException($"its file system has {BlockCount} blocks of {BlockSize} bytes, more than there are: it is cut off");
        groups = (uint)((BlockCount - firstDataBlock + blocksPerGroup - 1) / blocksPerGroup);
    }

    /// <summary>Whether there is such a file system.</summary>
    public static bool IsOne(IBlocks blocks)
    {
        if (blocks.Length < SuperblockPlace + SuperblockLength)
            return false;
        Span<byte> magic = stackalloc byte[2];
        blocks.Read(SuperblockPlace + MagicPlace, magic);
        return BinaryPrimitives.ReadUInt16LittleEndian(magic) == Magic;
    }

    /// <summary>Bytes.</summary>
    public int BlockSize { get; }

    public ulong BlockCount { get; }

    /// <summary>Empty for none.</summary>
    public string Label => Encoding.UTF8.GetString(superblock.AsSpan(0x78, 16)).TrimEnd('\0');

    public Guid Uuid => new(superblock.AsSpan(0x68, 16), bigEndian: true);

    /// <exception cref="DiskImageException">There is no such inode, or it cannot be read.</exception>
    public Ext4Inode ReadInode(uint number)
    {
        if (number == 0 || number > Word(superblock, 0))
            throw new DiskImageException($"its file system is damaged: there is no inode {number}");
        var (group, index) = Math.DivRem(number - 1, inodesPerGroup);
        var descriptor = new byte[groupLength];
        blocks.Read(PlaceOfGroup(group), descriptor);
        var table = Word(descriptor, 8) | (groupLength >= LongGroupLength ? (ulong)Word(descriptor, 0x28) << 32 : 0);
        var inode = new byte[inodeSize];
        blocks.Read(PlaceOf(table) + (long)index * inodeSize, inode);
        return new(this, number, inode);
    }

    /// <summary>Reads blocks that follow each other.</summary>
    public void ReadBlocks(ulong block, Span<byte> destination) => blocks.Read(PlaceOf(block), destination);

    long PlaceOf(ulong block) => block < BlockCount
        ? (long)block * BlockSize
        : throw new DiskImageException($"its file system is damaged: there is no block {block}");

    // In metadata groups the descriptors of a block's worth of groups lie in the first of these groups, behind a copy of the superblock.
    long PlaceOfGroup(uint group)
    {
        if (group >= groups)
            throw new DiskImageException($"its file system is damaged: there is no group {group}");
        var perBlock = (uint)(BlockSize / groupLength);
        var (block, index) = Math.DivRem(group, perBlock);
        var firstMeta = (Word(superblock, 0x60) & MetaGroups) != 0 ? Word(superblock, 0x104) : uint.MaxValue;
        var place = block < firstMeta
            ? firstDataBlock + 1 + block
            : firstDataBlock + (ulong)block * perBlock * blocksPerGroup + (HasSuperblock(block * perBlock) ? 1u : 0u);
        return PlaceOf(place) + index * groupLength;
    }

    bool HasSuperblock(uint group)
    {
        const uint Sparse = 0x1;
        return group <= 1 || (Word(superblock, 0x64) & Sparse) == 0 || IsPower(3) || IsPower(5) || IsPower(7);
        bool IsPower(uint of)
        {
            ulong power = of;
            while (power < group)
                power *= of;
            return power == group;
        }
    }

    internal static ushort Half(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    internal static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
