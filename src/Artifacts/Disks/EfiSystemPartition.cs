using System.Globalization;

namespace ImageSdk.Artifacts.Disks;

/// <summary>The file system that UEFI boots from: FAT with what every machine looks for there.</summary>
static class EfiSystemPartition
{
    public static IReadOnlyList<HostTool> Tools { get; } = [new("mkfs.vfat", "dosfstools"), new("mmd", "mtools"), new("mcopy", "mtools")];

    /// <summary>Bytes: FAT32 in the smallest clusters has no less than 65525 of them.</summary>
    public const long UsualSize = 128 << 20;

    /// <summary>Where firmware looks for a program that was not entered.</summary>
    public const string UsualPath = "EFI/BOOT/BOOTX64.EFI";

    /// <summary>The volume's number as Linux shows it: "0123-ABCD".</summary>
    public static string UuidOf(Guid identifier) => NumberOf(identifier).Insert(4, "-");

    /// <param name="file">A sparse file that has nothing but zeros there.</param>
    /// <param name="offset">Where the file system begins, in bytes.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="files">What is in it: files, and their paths there.</param>
    public static void Make(ArtifactContext context, string file, long offset, long size, Guid identifier, params IReadOnlyList<(string Source, string Path)> files)
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
        context.Tools.Run(Tools[1], ["-i", image, .. files.SelectMany(file => DirectoriesOf(file.Path)).Distinct().Select(path => $"::/{path}")], environment);
        foreach (var (source, path) in files)
            context.Tools.Run(Tools[2], ["-i", image, source, $"::/{path}"], environment);
    }

    static IEnumerable<string> DirectoriesOf(string path)
    {
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }

    static string NumberOf(Guid identifier) => Convert.ToHexString(identifier.ToByteArray(), 0, 4);
}
