using ImageSdk.Artifacts.Boot;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>What a project may say of a disk.</summary>
static class DiskOptions
{
    public const string LabelRule = "a text of 1 to 16 letters, digits, '.', '_', '-' or '@'";

    public static IReadOnlyList<ArtifactOption> All { get; } =
    [
        ArtifactOption.Size("DiskSize", ""),
        ArtifactOption.Text("SizeMultiple", "", "a size of whole mebibytes, such as 16M or 1GiB", IsWholeMebibytes),
        ArtifactOption.Size("FreeSpace", (256L << 20).ToString()),
        ArtifactOption.Size("RootMinimumSize", "0"),
        ArtifactOption.Choice("FileSystem", "ext4", "ext4", "btrfs"),
        ArtifactOption.Text("RootLabel", "root", LabelRule, IsLabel),
        ArtifactOption.Choice("RootBy", "uuid", "uuid", "label"),
        ArtifactOption.Flag("RootGrow", false),
        ArtifactOption.Flag("Bootable", true),
        ArtifactOption.Choice("Firmware", "both", "both", "bios", "uefi"),
        CommandLine,
        ArtifactOption.Text("ExtraKernelOptions", "", "printable ASCII without ', quotation marks in pairs", GrubConfiguration.IsCommandLine),
        BootTimeout,
        ArtifactOption.Choice("Boot", "grub", "grub", DiskSettings.UnifiedKernelBoot, "systemd-boot"),
        .. SecureBootKey.Options,
        ArtifactOption.Choice("Verity", "none", "none", "overlay", "read-only"),
        ArtifactOption.Text("Partitions", "", "a list of partitions in JSON", _ => true),
    ];

    public static ArtifactOption CommandLine => ArtifactOption.Text(
        "KernelCommandLine", "", "printable ASCII without ', quotation marks in pairs", GrubConfiguration.IsCommandLine);

    public static ArtifactOption BootTimeout => ArtifactOption.Number("BootTimeout", "1", 0, 3600);

    static bool IsWholeMebibytes(string text) => HumanSize.TryParse(text, out var size) && size is > 0 and <= long.MaxValue && size % (1 << 20) == 0;

    public static bool IsLabel(string text) => text.Length is > 0 and <= 16 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || "._-@".Contains(letter));
}
