using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using static ImageSdk.DiskImages.Ext4.Ext4Volume;

namespace ImageSdk.DiskImages.Ext4;

/// <summary>A file, directory or other entry of an ext4 file system.</summary>
sealed class Ext4Inode : IInode
{
    const int SmallLength = 128, PlacesStart = 0x28, PlacesLength = 60;
    const uint ExtentsFlag = 0x80000, EncryptedFlag = 0x800, InlineFlag = 0x1000_0000;
    const int LongestLink = 4096;

    readonly Ext4Volume volume;
    readonly byte[] raw;

    internal Ext4Inode(Ext4Volume volume, uint number, byte[] raw)
    {
        (this.volume, Number, this.raw) = (volume, number, raw);
        if ((Flags & EncryptedFlag) != 0)
            throw new DiskImageException($"its file system has encrypted files (inode {number})");
    }

    public uint Number { get; }

    /// <summary>Type and permission bits, as in st_mode.</summary>
    public uint Mode => Half(raw, 0);

    public FileKind Kind => FileStatus.KindOf(Mode);

    public uint Uid => Half(raw, 2) | (uint)Half(raw, 0x78) << 16;

    public uint Gid => Half(raw, 0x18) | (uint)Half(raw, 0x7A) << 16;

    public uint LinkCount => Half(raw, 0x1A);

    /// <summary>Bytes.</summary>
    public long Size
    {
        get
        {
            var size = Word(raw, 4) | (ulong)(Kind is FileKind.Regular or FileKind.Directory ? Word(raw, 0x6C) : 0) << 32;
            return size <= long.MaxValue ? (long)size : throw new DiskImageException($"its file system is damaged: inode {Number} has {size} bytes");
        }
    }

    /// <summary>The seconds are signed in 32 bits, with two more bits for later times; the nanoseconds beside them.</summary>
    public PosixTime Mtime
    {
        get
        {
            var seconds = (long)(int)Word(raw, 0x10);
            var extra = ExtraLength >= 12 ? Word(raw, 0x88) : 0;
            return new(seconds + ((long)(extra & 3) << 32), (int)Math.Min(extra >> 2, 999_999_999));
        }
    }

    /// <summary>The device of a device node, in the kernel's 64-bit encoding.</summary>
    public ulong Device
    {
        get
        {
            // The older place has 16 bits; both are the low bits of the kernel's encoding.
            var (old, current) = (Word(raw, PlacesStart), Word(raw, PlacesStart + 4));
            return old != 0 ? old & 0xFFFF : current;
        }
    }

    uint Flags => Word(raw, 0x20);

    int ExtraLength => raw.Length > SmallLength ? Math.Min(Half(raw, 0x80), raw.Length - SmallLength) : 0;

    /// <summary>Where its content lies, in order; what is in no piece is zeros.</summary>
    /// <exception cref="DiskImageException">The file system is damaged.</exception>
    public IEnumerable<Ext4Piece> Pieces() => (Flags & InlineFlag) != 0 ? []
        : (Flags & ExtentsFlag) != 0 ? new Ext4Extents(volume, Number).Read(raw.AsMemory(PlacesStart, PlacesLength))
        : new Ext4Indirect(volume, Size).Read(raw.AsSpan(PlacesStart, PlacesLength).ToArray());

    /// <summary>A content that lies in the inode itself; null where it lies in blocks.</summary>
    public byte[]? InlineContent()
    {
        if ((Flags & InlineFlag) == 0)
            return null;
        var rest = ReadAttributes(withInternal: true).FirstOrDefault(attribute => attribute.Name == "system.data").Value ?? [];
        byte[] whole = [.. raw.AsSpan(PlacesStart, PlacesLength), .. rest];
        return whole.Length >= Size ? whole[..(int)Size] : throw new DiskImageException($"its file system is damaged: the content of inode {Number} is cut off");
    }

    /// <summary>Reads the whole of a small content, such as a directory's.</summary>
    /// <param name="most">Bytes.</param>
    public byte[] ReadWhole(long most)
    {
        if (Size > most)
            throw new DiskImageException($"its file system is damaged: inode {Number} has {Size} bytes; {most} are the most here");
        if (InlineContent() is { } inline)
            return inline;
        var content = new byte[Size];
        foreach (var piece in Pieces())
            if (piece.Offset < content.Length)
                volume.ReadBlocks(piece.Block, content.AsSpan((int)piece.Offset, (int)Math.Min(piece.Length, content.Length - piece.Offset)));
        return content;
    }

    /// <summary>The target of a symbolic link.</summary>
    public byte[] ReadLink() => (Flags & (ExtentsFlag | InlineFlag)) == 0 && Size < PlacesLength
        ? raw.AsSpan(PlacesStart, (int)Size).ToArray()
        : ReadWhole(LongestLink);

    /// <summary>Extended attributes, access lists in the form of the system calls.</summary>
    public IReadOnlyList<(string Name, byte[] Value)> ReadAttributes() => ReadAttributes(withInternal: false);

    List<(string Name, byte[] Value)> ReadAttributes(bool withInternal)
    {
        var attributes = new Ext4Attributes(volume, Number, withInternal);
        var place = SmallLength + ExtraLength;
        if (ExtraLength > 0 && raw.Length - place >= 8)
            attributes.ReadFromInode(raw.AsSpan(place));
        var block = Word(raw, 0x68) | (ulong)Half(raw, 0x76) << 32;
        if (block != 0)
            attributes.ReadFromBlock(block);
        return attributes.All;
    }
}

/// <summary>A part of a file's content that lies in blocks that follow each other.</summary>
/// <param name="Offset">In the content, in bytes.</param>
/// <param name="Length">Bytes; the last piece may reach beyond the content's end.</param>
readonly record struct Ext4Piece(long Offset, long Length, ulong Block);
