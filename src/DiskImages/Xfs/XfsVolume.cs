using System.Text;
using ImageSdk.DiskImages.Blocks;
using ImageSdk.DiskImages.Volumes;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Xfs;

/// <summary>
/// An xfs of version 4 or 5, read without mounting it ("XFS Algorithms and Data Structures", and the kernel's fs/xfs/libxfs/xfs_format.h). What was not
/// unmounted cleanly is refused: the changes in its log would be missing.
/// </summary>
sealed class XfsVolume
{
    const int SuperblockLength = 512, SuperblockChecksum = 224;
    const uint NeedsRepair = 0x10;

    // Types in directory entries, sparse inodes, an identity of its own for metadata, times beyond 2038, many extents, exchanged ranges, parents.
    const uint KnownFeatures = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80;

    readonly byte[] superblock;
    readonly int blockLog, inodeLog, groupLog;
    readonly uint groups, groupBlocks, lastGroupBlocks;

    /// <exception cref="DiskImageException">It is none, damaged, or has features that are not known.</exception>
    public XfsVolume(IBlocks blocks)
    {
        Blocks = blocks;
        superblock = new byte[SuperblockLength];
        blocks.Read(0, superblock);
        if (!IsOne(blocks))
            throw new DiskImageException("it is no xfs");
        var version = Big16(superblock, 100);
        Version = version & 0xF;
        if (Version is not (4 or 5))
            throw new DiskImageException($"its version of xfs is {Version}; 4 and 5 are known");
        (blockLog, inodeLog, groupLog) = (superblock[120], superblock[122], superblock[124]);
        var (sectorSize, directoryLog) = (Big16(superblock, 102), superblock[192]);
        if (blockLog is < 9 or > 16 || inodeLog is < 8 or > 11 || inodeLog > blockLog || groupLog > 31 || blockLog + directoryLog > 16 || sectorSize is < 512 or > 32768
            || Big32(superblock, 4) != 1u << blockLog || Big16(superblock, 104) != 1 << inodeLog || superblock[123] != blockLog - inodeLog)
            throw Damaged("the superblock contradicts itself");
        if (HasChecksums)
            CheckSuperblock(sectorSize);
        (DirectoryBlockSize, RootInode) = (BlockSize << directoryLog, Big64(superblock, 56));
        (groups, groupBlocks) = (Big32(superblock, 88), Big32(superblock, 84));
        var total = Big64(superblock, 8);
        if (groups == 0 || groupBlocks < 2 || groupBlocks > 1ul << groupLog || total <= (ulong)(groups - 1) * groupBlocks || total > (ulong)groups * groupBlocks)
            throw Damaged("the superblock contradicts itself");
        lastGroupBlocks = (uint)(total - (ulong)(groups - 1) * groupBlocks);
        if (total > (ulong)blocks.Length >> blockLog)
            throw new DiskImageException($"its file system has {total} blocks of {BlockSize} bytes, more than there are: it is cut off");
        HasTypes = HasChecksums || ((version & 0x8000) != 0 && (Big32(superblock, 200) & 0x200) != 0);
        XfsLog.RequireClean(this, Big64(superblock, 48), Big32(superblock, 96));
    }

    /// <summary>Whether there is such a file system.</summary>
    public static bool IsOne(IBlocks blocks)
    {
        if (blocks.Length < SuperblockLength)
            return false;
        Span<byte> magic = stackalloc byte[4];
        blocks.Read(0, magic);
        return magic.SequenceEqual("XFSB"u8);
    }

    public IBlocks Blocks { get; }

    /// <summary>4 or 5, which has checksums and says of each structure where it lies and whose it is.</summary>
    public int Version { get; }

    public bool HasChecksums => Version == 5;

    /// <summary>Whether entries of directories have the type of what they name.</summary>
    public bool HasTypes { get; }

    /// <summary>Bytes.</summary>
    public int BlockSize => 1 << blockLog;

    /// <summary>Bytes of a block of a directory.</summary>
    public int DirectoryBlockSize { get; }

    public ulong RootInode { get; }

    /// <summary>Empty for none.</summary>
    public string Label => Encoding.UTF8.GetString(superblock.AsSpan(108, 12)).TrimEnd('\0');

    public Guid Uuid => new(superblock.AsSpan(32, 16), bigEndian: true);

    /// <exception cref="DiskImageException">There is no such inode, or it cannot be read.</exception>
    public XfsInode ReadInode(ulong number)
    {
        var perBlock = blockLog - inodeLog;
        var group = number >> groupLog + perBlock;
        var inGroup = number & ((1ul << groupLog + perBlock) - 1);
        if (number == 0 || group >= groups || inGroup >> perBlock >= BlocksOf((uint)group))
            throw Damaged($"there is no inode {number}");
        var raw = new byte[1 << inodeLog];
        Blocks.Read((long)((group * groupBlocks << blockLog) + (inGroup << inodeLog)), raw);
        return new(this, number, raw);
    }

    /// <summary>Byte of the volume where a block of the file system lies, whose number has the group in its upper bits.</summary>
    /// <param name="count">Blocks from there that have to exist.</param>
    /// <exception cref="DiskImageException">There are no such blocks.</exception>
    public long PlaceOf(ulong block, ulong count)
    {
        var (group, inGroup) = (block >> groupLog, block & ((1ul << groupLog) - 1));
        if (group >= groups || count > BlocksOf((uint)group) || inGroup > BlocksOf((uint)group) - count)
            throw Damaged($"there is no block {block}");
        return (long)(group * groupBlocks + inGroup << blockLog);
    }

    /// <summary>Reads a structure and, in version 5, compares its checksum, owner and place.</summary>
    /// <param name="header">Where these are, in this kind of structure.</param>
    public byte[] ReadStructure(long place, int length, XfsHeader header, ulong owner)
    {
        var bytes = new byte[length];
        Blocks.Read(place, bytes);
        if (HasChecksums)
            Check(bytes, place, header, owner);
        return bytes;
    }

    /// <inheritdoc cref="ReadStructure"/>
    public static void Check(ReadOnlySpan<byte> bytes, long place, XfsHeader header, ulong owner)
    {
        const int SectorLog = 9;
        if (Little32(bytes, header.Checksum) != Crc32C.OfStructure(bytes, header.Checksum))
            throw Damaged($"the checksum of a structure of inode {owner} is wrong");
        if (Big64(bytes, header.Owner) != owner || Big64(bytes, header.Place) != (ulong)place >> SectorLog)
            throw Damaged($"a structure of inode {owner} is another's");
    }

    void CheckSuperblock(int sectorSize)
    {
        var sector = new byte[sectorSize];
        Blocks.Read(0, sector);
        if (Little32(sector, SuperblockChecksum) != Crc32C.OfStructure(sector, SuperblockChecksum))
            throw Damaged("the checksum of its superblock is wrong");
        var features = Big32(superblock, 216);
        if ((features & NeedsRepair) != 0)
            throw Damaged("it is marked as such (xfs_repair puts it in order)");
        if ((features & ~KnownFeatures) != 0)
            throw new DiskImageException($"its file system has features that are not known here (incompat {features & ~KnownFeatures:x})");
    }

    uint BlocksOf(uint group) => group == groups - 1 ? lastGroupBlocks : groupBlocks;
}

/// <summary>Where a structure of version 5 has what it says of itself.</summary>
readonly record struct XfsHeader(int Checksum, int Place, int Owner)
{
    public static XfsHeader DirectoryData { get; } = new(4, 8, 40);

    /// <summary>Of blocks of trees of extents.</summary>
    public static XfsHeader Extents { get; } = new(64, 24, 56);

    /// <summary>Of nodes and leaves of attributes.</summary>
    public static XfsHeader Attributes { get; } = new(12, 16, 48);

    /// <summary>Of values and targets in blocks of their own.</summary>
    public static XfsHeader Remote { get; } = new(12, 40, 32);

    /// <summary>Bytes of the header of values and targets.</summary>
    public const int RemoteLength = 56;
}
