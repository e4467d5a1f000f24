namespace ImageSdk.Posix;

public enum FileKind
{
    Regular,
    Directory,
    Symlink,
    CharacterDevice,
    BlockDevice,
    Fifo,
    Socket,
    Unknown,
}

/// <summary>What lstat tells of a name.</summary>
/// <param name="Mode">The raw st_mode, type bits included.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Rdev">The device that a device node stands for, in the kernel's 64-bit encoding.</param>
/// <param name="Device">The device that holds the file.</param>
/// <param name="MountId">The mount through which it was reached; 0 where the kernel (before 5.8) does not tell.</param>
public readonly record struct FileStatus(
    uint Mode, uint Uid, uint Gid, ulong Size, ulong Inode, uint LinkCount, ulong Rdev, ulong Device,
    PosixTime Mtime, PosixTime Ctime, ulong MountId)
{
    const uint TypeMask = 0xF000;

    public FileKind Kind => KindOf(Mode);

    /// <param name="mode">A raw st_mode.</param>
    public static FileKind KindOf(uint mode) => (mode & TypeMask) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.Symlink,
        0x2000 => FileKind.CharacterDevice,
        0x6000 => FileKind.BlockDevice,
        0x1000 => FileKind.Fifo,
        0xC000 => FileKind.Socket,
        _ => FileKind.Unknown,
    };

    /// <summary>The mode without the type: permissions, set-uid, set-gid and sticky bits.</summary>
    public uint Permissions => Mode & 0xFFF;

    internal static FileStatus From(in Libc.StatXBuffer buffer) => new(
        buffer.Mode, buffer.Uid, buffer.Gid, buffer.Size, buffer.Inode, buffer.LinkCount,
        DeviceNumber.Encode(buffer.RdevMajor, buffer.RdevMinor), DeviceNumber.Encode(buffer.DeviceMajor, buffer.DeviceMinor),
        new(buffer.ModificationTime.Seconds, (int)buffer.ModificationTime.Nanoseconds),
        new(buffer.ChangeTime.Seconds, (int)buffer.ChangeTime.Nanoseconds), buffer.MountId);
}

/// <param name="Seconds">Since 1970-01-01T00:00:00Z.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
public readonly record struct PosixTime(long Seconds, int Nanoseconds);

/// <summary>The kernel's 64-bit encoding of device numbers (the C library's makedev).</summary>
public static class DeviceNumber
{
    public static ulong Encode(uint major, uint minor) =>
        (minor & 0xFFul) | ((major & 0xFFFul) << 8) | ((minor & ~0xFFul) << 12) | ((major & ~0xFFFul) << 32);

    public static (uint Major, uint Minor) Decode(ulong device) =>
        ((uint)(((device >> 8) & 0xFFF) | ((device >> 32) & ~0xFFFul)), (uint)((device & 0xFF) | ((device >> 12) & ~0xFFul)));
}
