using System.Globalization;
using ImageSdk.Images.Text;

namespace ImageSdk.Images;

/// <summary>Inodes in words.</summary>
public static class InodeText
{
    /// <summary>What stands behind the name: size, target, generator, device number.</summary>
    public static string Describe(Inode inode) => inode switch
    {
        RegularInode regular => $"file, {HumanSize.Format(regular.Size)}",
        SymlinkInode symlink => $"symlink to {VisibleText.Of(symlink.Target)}",
        ComputedInode computed => $"computed by {OneLine.Of(computed.Source)}",
        SpecialInode special when InodeKind.IsDevice(special) => $"{InodeKind.NameOf(special)} device 0x{special.Rdev:x}",
        _ => InodeKind.NameOf(inode),
    };

    public static string Time(Inode inode) => FileTime.Of(inode) is { } time ? Time(time) : "none";

    static string Time(FileTime time)
    {
        if (time.Seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || time.Seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}.{time.Nanoseconds:000000000}");
        var text = DateTimeOffset.FromUnixTimeSeconds(time.Seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        return time.Nanoseconds == 0 ? $"{text}Z" : $"{text}.{time.Nanoseconds:000000000}Z";
    }
}
