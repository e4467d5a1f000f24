using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>Inodes in words.</summary>
static class InodeWords
{
    /// <summary>As ls shows it.</summary>
    public static string ModeOf(Inode inode) =>
        InodeMode.Format(inode is ModedInode moded ? moded.Mode : InodeMode.Symlink | Permissions.All);

    /// <summary>A time to the minute, in UTC; seconds where the calendar does not reach.</summary>
    public static string Format(FileTime time) =>
        time.Seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || time.Seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? time.Seconds.ToString(CultureInfo.InvariantCulture)
            : DateTimeOffset.FromUnixTimeSeconds(time.Seconds).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>What it is, how large, and where it leads or comes from.</summary>
    public static string Describe(Inode inode) => inode switch
    {
        RegularInode regular => PageElements.Bytes(regular.Size),
        SymlinkInode symlink => $"→ {symlink.Target.Visible()}",
        ComputedInode computed => $"computed by {computed.Source}",
        SpecialInode special when InodeKind.IsDevice(special) => $"{InodeKind.NameOf(special)} device 0x{special.Rdev:x}",
        _ => InodeKind.NameOf(inode),
    };
}
