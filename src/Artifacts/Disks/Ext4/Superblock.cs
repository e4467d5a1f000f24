using static System.Buffers.Binary.BinaryPrimitives;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>
/// The superblock of a file system that mke2fs has just made with the features of <see cref="Ext4Maker"/>. Layout: the kernel's
/// Documentation/filesystems/ext4/super.rst.
/// </summary>
sealed class Superblock
{
    /// <summary>Bytes of a group descriptor with the feature 64bit.</summary>
    public const int DescriptorSize = 64;

    const int Place = 1024;
    const int Size = 1024;
    const int FreeBlocksLow = 0x0C, FreeInodes = 0x10, FreeBlocksHigh = 0x158, Checksum = 0x3FC;

    readonly BlockDevice device;
    readonly byte[] bytes = new byte[Size];

    public Superblock(BlockDevice device)
    {
        this.device = device;
        device.Read(Place, bytes);
        if (ReadUInt16LittleEndian(bytes.AsSpan(0x38)) != 0xEF53 || Number(0x18) != 2 || ReadUInt16LittleEndian(bytes.AsSpan(0x58)) != Inodes.Size
            || ReadUInt16LittleEndian(bytes.AsSpan(0xFE)) != DescriptorSize)
            throw new InvalidDataException("mke2fs made another kind of file system than it was asked for.");
        Seed = Crc32c.Append(Crc32c.Start, bytes.AsSpan(0x68, 16));
    }

    public uint InodeCount => Number(0);

    public long BlockCount => Number(4) | ((long)Number(0x150) << 32);

    public int BlocksPerGroup => (int)Number(0x20);

    public int InodesPerGroup => (int)Number(0x28);

    public int GroupCount => (int)((BlockCount + BlocksPerGroup - 1) / BlocksPerGroup);

    /// <summary>Blocks kept behind each copy of the group descriptors for the file system to grow.</summary>
    public int ReservedDescriptorBlocks => ReadUInt16LittleEndian(bytes.AsSpan(0xCE));

    /// <summary>What all checksums but that of the superblock begin with.</summary>
    public uint Seed { get; }

    /// <summary>What users set in the file system that was there before.</summary>
    public void TakeOver(FormerSuperblock former) => former.CopySettings(bytes);

    public void Write(long freeBlocks, uint freeInodes)
    {
        WriteUInt32LittleEndian(bytes.AsSpan(FreeBlocksLow), (uint)freeBlocks);
        WriteUInt32LittleEndian(bytes.AsSpan(FreeBlocksHigh), (uint)(freeBlocks >> 32));
        WriteUInt32LittleEndian(bytes.AsSpan(FreeInodes), freeInodes);
        WriteUInt32LittleEndian(bytes.AsSpan(Checksum), Crc32c.Append(Crc32c.Start, bytes.AsSpan(0, Checksum)));
        device.Write(Place, bytes);
    }

    uint Number(int place) => ReadUInt32LittleEndian(bytes.AsSpan(place));
}
