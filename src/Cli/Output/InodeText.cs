using System.Globalization;
using ImageSdk.Images;

namespace ImageSdk.Cli.Output;

/// <summary>Inodes in words.</summary>
static class InodeText
{
    /// <summary>Four octal digits or more: "0644", "4755".</summary>
    public static string Permissions(ModedInode inode) =>
        Convert.ToString(inode.Mode & InodeMode.PermissionMask, 8).PadLeft(4, '0');

    /// <summary>What stands behind the name: size, target, generator, device number.</summary>
    public static string Describe(Inode inode) => inode switch
    {
        RegularInode regular => $"file, {HumanSize.Format(regular.Size)}",
        SymlinkInode symlink => $"symlink to {VisibleText.Of(symlink.Target)}",
        ComputedInode computed => $"computed by {OneLine.Of(computed.Source)}",
        SpecialInode special when InodeKind.IsDevice(special) => $"{InodeKind.NameOf(special)} device 0x{special.Rdev:x}",
        _ => InodeKind.NameOf(inode),
    };

    public static string Time(Inode inode) => inode switch
    {
        RegularInode { Mtime: var time } => Time(time),
        SpecialInode { Mtime: var time } => Time(time),
        DirectoryInode { Mtime: { } time } => Time(time),
        _ => "none",
    };

    static string Time(FileTime time)
    {
        if (time.Seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || time.Seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}.{time.Nanoseconds:000000000}");
        var text = DateTimeOffset.FromUnixTimeSeconds(time.Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return time.Nanoseconds == 0 ? $"{text}Z" : $"{text}.{time.Nanoseconds:000000000}Z";
    }
}
