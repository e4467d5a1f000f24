using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Xfs;

/// <summary>A file, directory or other entry of an xfs: a header, then the fork of its content, then that of its attributes.</summary>
sealed class XfsInode : IInode
{
    const int Checksum = 100, LongHeader = 176, ShortHeader = 100;
    const byte Local = 1, Extents = 2, Tree = 3;
    const ushort Magic = 0x494E, OnRealtimeDevice = 1;
    const ulong LongTimes = 8, ManyExtents = 0x10;
    const int LongestLink = 1024;

    readonly XfsVolume volume;
    readonly byte[] raw;

    internal XfsInode(XfsVolume volume, ulong number, byte[] raw)
    {
        (this.volume, Number, this.raw) = (volume, number, raw);
        if (Big16(raw, 0) != Magic || raw[4] is < 1 or > 3 || raw[4] == 3 != volume.HasChecksums)
            throw Damaged($"there is no inode {number}");
        if (volume.HasChecksums && (Little32(raw, Checksum) != Crc32C.OfStructure(raw, Checksum) || Big64(raw, 152) != number))
            throw Damaged($"the checksum of inode {number} is wrong");
        if (HeaderLength + (raw[82] << 3) > raw.Length)
            throw Damaged($"the forks of inode {number} have no place");
    }

    public ulong Number { get; }

    /// <summary>Type and permission bits, as in st_mode.</summary>
    public uint Mode => Big16(raw, 2);

    public FileKind Kind => FileStatus.KindOf(Mode);

    public uint Uid => Big32(raw, 8);

    public uint Gid => Big32(raw, 12);

    public uint LinkCount => raw[4] == 1 ? Big16(raw, 6) : Big32(raw, 16);

    /// <summary>Bytes.</summary>
    public long Size => Big64(raw, 56) <= long.MaxValue / 2 ? (long)Big64(raw, 56) : throw Damaged($"inode {Number} has {Big64(raw, 56)} bytes");

    /// <summary>Seconds and nanoseconds in 32 bits each, or nanoseconds in 64 bits since the earliest time of those.</summary>
    public PosixTime Mtime
    {
        get
        {
            const long Second = 1_000_000_000;
            if ((Flags & LongTimes) == 0)
                return new((int)Big32(raw, 40), (int)Math.Min(Big32(raw, 44), Second - 1));
            var (seconds, nanoseconds) = Math.DivRem(Big64(raw, 40), (ulong)Second);
            return new((long)seconds + int.MinValue, (int)nanoseconds);
        }
    }

    /// <summary>The device of a device node, in the kernel's 64-bit encoding. On the disk it has 14 bits of major number and 18 of minor.</summary>
    public ulong Device
    {
        get
        {
            var device = Big32(ContentFork.Span, 0);
            return DeviceNumber.Encode(device >> 18, device & 0x3_FFFF);
        }
    }

    ulong Flags => raw[4] == 3 ? Big64(raw, 120) : 0;

    int HeaderLength => raw[4] == 3 ? LongHeader : ShortHeader;

    ReadOnlyMemory<byte> ContentFork => raw.AsMemory(HeaderLength, raw[82] == 0 ? raw.Length - HeaderLength : raw[82] << 3);

    ReadOnlyMemory<byte> AttributeFork => raw[82] == 0 ? default : raw.AsMemory(HeaderLength + (raw[82] << 3));

    bool HasManyExtents => (Flags & ManyExtents) != 0;

    /// <summary>A content that lies in the inode itself: of small directories and links; null for one in blocks.</summary>
    public ReadOnlyMemory<byte>? LocalContent => raw[5] != Local ? default(ReadOnlyMemory<byte>?)
        : Size <= ContentFork.Length ? ContentFork[..(int)Size] : throw Damaged($"the content of inode {Number} is cut off");

    /// <summary>Attributes that lie in the inode itself; null for those in blocks.</summary>
    public ReadOnlyMemory<byte>? LocalAttributes => AttributeFork.Length > 0 && raw[83] == Local ? AttributeFork : default(ReadOnlyMemory<byte>?);

    /// <summary>Where the content lies.</summary>
    /// <exception cref="DiskImageException">It is damaged, or on another device.</exception>
    public IEnumerable<ContentPiece> ContentPieces() => Kind == FileKind.Regular && (Big16(raw, 90) & OnRealtimeDevice) != 0
        ? throw new DiskImageException($"its file system has files on another device (inode {Number})")
        : Read(raw[5], ContentFork, HasManyExtents ? Big64(raw, 24) : Big32(raw, 76));

    /// <summary>Where attributes lie that are not in the inode.</summary>
    public IEnumerable<ContentPiece> AttributePieces() => AttributeFork.Length == 0 ? [] : Read(raw[83], AttributeFork, HasManyExtents ? Big32(raw, 76) : Big16(raw, 80));

    public IReadOnlyList<(string Name, byte[] Value)> ReadAttributes() => new XfsAttributes(volume, this).Read();

    /// <summary>The target of a symbolic link.</summary>
    public byte[] ReadLink()
    {
        if (LocalContent is { } local)
            return local.ToArray();
        if (Size > LongestLink)
            throw Damaged($"inode {Number} is a link of {Size} bytes");
        var target = new byte[Size];
        var done = 0;
        foreach (var piece in ContentPieces())
        {
            if (done == target.Length || piece.Length > volume.BlockSize * 4L)
                break;
            var bytes = volume.ReadStructure(piece.Place, (int)piece.Length, XfsHeader.Remote, Number).AsSpan(volume.HasChecksums ? XfsHeader.RemoteLength : 0);
            bytes = bytes[..Math.Min(bytes.Length, target.Length - done)];
            bytes.CopyTo(target.AsSpan(done));
            done += bytes.Length;
        }
        return done == target.Length ? target : throw Damaged($"the target of inode {Number} is cut off");
    }

    IEnumerable<ContentPiece> Read(byte format, ReadOnlyMemory<byte> fork, ulong count) => format switch
    {
        Extents => new XfsExtents(volume, Number).ReadList(fork, count),
        Tree => new XfsExtents(volume, Number).ReadTree(fork),
        _ => throw Damaged($"inode {Number} has a fork of the form {format}"),
    };
}
