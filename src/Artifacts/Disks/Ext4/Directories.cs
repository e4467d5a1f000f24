using ImageSdk.Images;
using static System.Buffers.Binary.BinaryPrimitives;

namespace ImageSdk.Artifacts.Disks.Ext4;

/// <summary>The blocks of a directory. Layout: the kernel's Documentation/filesystems/ext4/directory.rst.</summary>
static class Directories
{
    const int HeaderSize = 8;
    const int TailSize = 12;

    /// <summary>Makes the blocks of a directory, names in the order of the entries.</summary>
    /// <param name="seed">What the checksums of the inode's blocks begin with.</param>
    public static byte[] Create(uint self, uint parent, IEnumerable<(ByteString Name, uint Inode, uint Mode)> entries, uint seed)
    {
        var blocks = new MemoryStream();
        var block = new byte[BlockDevice.BlockSize];
        var (place, last) = (0, 0);
        Add("."u8, self, InodeMode.Directory);
        Add(".."u8, parent, InodeMode.Directory);
        foreach (var (name, inode, mode) in entries)
            Add(name.Span, inode, mode);
        Finish();
        return blocks.ToArray();

        void Add(ReadOnlySpan<byte> name, uint inode, uint mode)
        {
            var length = SizeOf(name.Length);
            if (place + length > block.Length - TailSize)
            {
                Finish();
                Array.Clear(block);
                place = 0;
            }
            var entry = block.AsSpan(place);
            WriteUInt32LittleEndian(entry, inode);
            WriteUInt16LittleEndian(entry[4..], (ushort)length);
            entry[6] = (byte)name.Length;
            entry[7] = TypeOf(mode);
            name.CopyTo(entry[HeaderSize..]);
            last = place;
            place += length;
        }

        // The last entry reaches to the checksum.
        void Finish()
        {
            WriteUInt16LittleEndian(block.AsSpan(last + 4), (ushort)(block.Length - TailSize - last));
            var tail = block.AsSpan(block.Length - TailSize);
            tail.Clear();
            WriteUInt16LittleEndian(tail[4..], TailSize);
            tail[7] = 0xDE;
            WriteUInt32LittleEndian(tail[8..], Crc32c.Append(seed, block.AsSpan(..^TailSize)));
            blocks.Write(block);
        }
    }

    /// <summary>How many blocks the entries take at most.</summary>
    public static long CountBlocks(IEnumerable<ByteString> names)
    {
        var (blocks, place) = (1L, SizeOf(1) + SizeOf(2));
        foreach (var name in names)
        {
            var size = SizeOf(name.Length);
            if (place + size > BlockDevice.BlockSize - TailSize)
                (blocks, place) = (blocks + 1, 0);
            place += size;
        }
        return blocks;
    }

    static int SizeOf(int nameLength) => (HeaderSize + nameLength + 3) & ~3;

    static byte TypeOf(uint mode) => (mode & InodeMode.TypeMask) switch
    {
        InodeMode.Regular => 1,
        InodeMode.Directory => 2,
        InodeMode.Character => 3,
        InodeMode.Block => 4,
        InodeMode.Fifo => 5,
        InodeMode.Socket => 6,
        InodeMode.Symlink => 7,
        _ => 0,
    };
}
