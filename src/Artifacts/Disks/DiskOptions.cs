using ImageSdk.Artifacts.Boot;

namespace ImageSdk.Artifacts.Disks;

/// <summary>What a project may say of a disk.</summary>
static class DiskOptions
{
    public const string LabelRule = "a text of 1 to 16 letters, digits, '.', '_', '-' or '@'";

    public static IReadOnlyList<ArtifactOption> All { get; } =
    [
        ArtifactOption.Size("DiskSize", ""),
        ArtifactOption.Size("FreeSpace", (256L << 20).ToString()),
        ArtifactOption.Choice("FileSystem", "ext4", "ext4", "btrfs"),
        ArtifactOption.Text("RootLabel", "root", LabelRule, IsLabel),
        ArtifactOption.Choice("RootBy", "uuid", "uuid", "label"),
        ArtifactOption.Flag("Bootable", true),
        ArtifactOption.Choice("Firmware", "both", "both", "bios", "uefi"),
        CommandLine,
        BootTimeout,
        ArtifactOption.Text("Partitions", "", "a list of partitions in JSON", _ => true),
    ];

    public static ArtifactOption CommandLine => ArtifactOption.Text(
        "KernelCommandLine", "", "printable ASCII without ', quotation marks in pairs", GrubConfiguration.IsCommandLine);

    public static ArtifactOption BootTimeout => ArtifactOption.Number("BootTimeout", "1", 0, 3600);

    public static bool IsLabel(string text) => text.Length is > 0 and <= 16 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "._-@".Contains(letter));
}

/// <summary>The options of a disk.</summary>
/// <param name="Size">Bytes of the disk; null for as many as are needed.</param>
/// <param name="FreeSpace">Bytes that are free in the root file system, where the size is not given.</param>
/// <param name="BootTimeout">Seconds that the menu waits.</param>
sealed record DiskSettings(
    long? Size, long FreeSpace, string RootFileSystem, string RootLabel, bool RootByLabel, bool Bootable, bool Bios, bool Uefi,
    long BootTimeout, IReadOnlyList<ExtraPartition> Extra)
{
    public static DiskSettings Of(ArtifactSettings settings)
    {
        var (bootable, firmware) = (settings.Flag("Bootable"), settings["Firmware"]);
        return new(
            settings.Number("DiskSize"), settings.Number("FreeSpace")!.Value, settings["FileSystem"], settings["RootLabel"],
            settings["RootBy"] == "label", bootable, bootable && firmware != "uefi", bootable && firmware != "bios",
            settings.Number("BootTimeout")!.Value, ExtraPartition.Parse(settings["Partitions"]));
    }

    public IEnumerable<string> FileSystems => Extra.Select(partition => partition.FileSystemType).Prepend(RootFileSystem).Distinct();
}
