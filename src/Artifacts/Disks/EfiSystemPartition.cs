using System.Globalization;

namespace ImageSdk.Artifacts.Disks;

/// <summary>The file system that UEFI boots from: FAT with GRUB in the place where every machine looks.</summary>
static class EfiSystemPartition
{
    public static IReadOnlyList<HostTool> Tools { get; } = [new("mkfs.vfat", "dosfstools"), new("mmd", "mtools"), new("mcopy", "mtools")];

    /// <summary>Bytes: FAT32 in the smallest clusters has no less than 65525 of them.</summary>
    public const long UsualSize = 128 << 20;

    /// <summary>The volume's number as Linux shows it: "0123-ABCD".</summary>
    public static string UuidOf(Guid identifier) => NumberOf(identifier).Insert(4, "-");

    /// <param name="file">A sparse file that has nothing but zeros there.</param>
    /// <param name="offset">Where the file system begins, in bytes.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="loader">GRUB's image for UEFI.</param>
    public static void Make(ArtifactContext context, string file, long offset, long size, Guid identifier, string loader)
    {
        var environment = new Dictionary<string, string>
        {
            ["SOURCE_DATE_EPOCH"] = context.Epoch.ToString(CultureInfo.InvariantCulture), ["MTOOLSRC"] = "/dev/null", ["MTOOLS_SKIP_CHECK"] = "1",
        };
        var image = $"{file}@@{offset}";
        var isSmall = size < 64 << 20;
        context.Tools.Run(Tools[0],
            [
                "--invariant", "-F", isSmall ? "16" : "32", "-s", "1", "-n", "EFI", "-i", NumberOf(identifier),
                "--offset", (offset / 512).ToString(CultureInfo.InvariantCulture), file, (size / 1024).ToString(CultureInfo.InvariantCulture),
            ], environment);
        context.Tools.Run(Tools[1], ["-i", image, "::/EFI", "::/EFI/BOOT"], environment);
        context.Tools.Run(Tools[2], ["-i", image, loader, "::/EFI/BOOT/BOOTX64.EFI"], environment);
    }

    static string NumberOf(Guid identifier) => Convert.ToHexString(identifier.ToByteArray(), 0, 4);
}
