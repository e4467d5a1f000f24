using ImageSdk.Images;
using ImageSdk.Posix;

using static System.Buffers.Binary.BinaryPrimitives;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>An inode as bytes. Layout: the kernel's Documentation/filesystems/ext4/inodes.rst.</summary>
static class Inodes
{
    public const int Size = 256;

    /// <summary>Where the 60 bytes for extents, a short link target or a device number are.</summary>
    public const int BlockPlace = 0x28, BlockLength = 60;

    /// <summary>Where extended attributes may be, to the end.</summary>
    public const int AttributesPlace = 0x80 + ExtraSize;

    public const uint Root = 2, LostAndFound = 11;

    const int ExtraSize = 32;
    const uint ExtentsFlag = 0x80000;

    /// <summary>An inode with owner, mode and times; the rest is zero.</summary>
    /// <param name="made">When it was made and last changed, as far as the file system knows.</param>
    public static byte[] Create(Inode inode, uint mode, FileTime modified, FileTime made)
    {
        var bytes = new byte[Size];
        var span = bytes.AsSpan();
        WriteUInt16LittleEndian(span, (ushort)mode);
        WriteUInt16LittleEndian(span[0x02..], (ushort)inode.Uid);
        WriteUInt16LittleEndian(span[0x18..], (ushort)inode.Gid);
        WriteUInt16LittleEndian(span[0x78..], (ushort)(inode.Uid >> 16));
        WriteUInt16LittleEndian(span[0x7A..], (ushort)(inode.Gid >> 16));
        WriteUInt16LittleEndian(span[0x80..], ExtraSize);
        WriteTime(span, 0x08, 0x8C, modified);
        WriteTime(span, 0x0C, 0x84, made);
        WriteTime(span, 0x10, 0x88, modified);
        WriteTime(span, 0x90, 0x94, made);
        return bytes;
    }

    public static void SetSize(Span<byte> inode, long size)
    {
        WriteUInt32LittleEndian(inode[0x04..], (uint)size);
        WriteUInt32LittleEndian(inode[0x6C..], (uint)(size >> 32));
    }

    public static void SetExtents(Span<byte> inode) =>
        WriteUInt32LittleEndian(inode[0x20..], ReadUInt32LittleEndian(inode[0x20..]) | ExtentsFlag);

    public static void SetLinks(Span<byte> inode, int links) => WriteUInt16LittleEndian(inode[0x1A..], (ushort)links);

    public static void SetAttributesBlock(Span<byte> inode, long block)
    {
        WriteUInt32LittleEndian(inode[0x68..], (uint)block);
        WriteUInt16LittleEndian(inode[0x76..], (ushort)(block >> 32));
    }

    /// <summary>Counted in 512 bytes.</summary>
    public static void SetBlockCount(Span<byte> inode, long blocks)
    {
        var sectors = blocks * (BlockDevice.BlockSize / 512);
        WriteUInt32LittleEndian(inode[0x1C..], (uint)sectors);
        WriteUInt16LittleEndian(inode[0x74..], (ushort)(sectors >> 32));
    }

    /// <summary>Small numbers in the old form, which all kernels read; large ones in the new.</summary>
    public static void SetDevice(Span<byte> inode, ulong rdev)
    {
        var (major, minor) = DeviceNumber.Decode(rdev);
        if (major < 256 && minor < 256)
            WriteUInt32LittleEndian(inode[BlockPlace..], (major << 8) | minor);
        else
            WriteUInt32LittleEndian(inode[(BlockPlace + 4)..], (minor & 0xFF) | (major << 8) | ((minor & ~0xFFu) << 12));
    }

    /// <summary>What the checksums of an inode and of its blocks begin with.</summary>
    public static uint Seed(uint fileSystemSeed, uint number) => Crc32c.Append(Crc32c.Append(fileSystemSeed, number), 0u);

    public static void SetChecksum(Span<byte> inode, uint seed)
    {
        WriteUInt16LittleEndian(inode[0x7C..], 0);
        WriteUInt16LittleEndian(inode[0x82..], 0);
        var checksum = Crc32c.Append(seed, inode);
        WriteUInt16LittleEndian(inode[0x7C..], (ushort)checksum);
        WriteUInt16LittleEndian(inode[0x82..], (ushort)(checksum >> 16));
    }

    // 34 bits of seconds: the upper two are beside the nanoseconds.
    static void WriteTime(Span<byte> inode, int seconds, int extra, FileTime time)
    {
        WriteUInt32LittleEndian(inode[seconds..], (uint)time.Seconds);
        var epoch = (uint)((time.Seconds - (int)time.Seconds) >> 32) & 3;
        WriteUInt32LittleEndian(inode[extra..], ((uint)time.Nanoseconds << 2) | epoch);
    }
}
