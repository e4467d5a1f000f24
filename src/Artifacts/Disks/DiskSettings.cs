using ImageSdk.Artifacts.Boot;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>The options of a disk.</summary>
/// <param name="Size">Bytes of the disk; null for as many as are needed.</param>
/// <param name="RootMinimumSize">Bytes that the root file system has at least.</param>
/// <param name="FreeSpace">Bytes that are free in the root file system, where the size is not given.</param>
/// <param name="SizeUnit">Bytes; the disk has a multiple of them.</param>
/// <param name="BootTimeout">Seconds that the menu waits.</param>
/// <param name="Boot">What starts the kernel: grub, uki or systemd-boot.</param>
/// <param name="Verity">Whether the kernel checks the root: none, overlay or read-only.</param>
sealed record DiskSettings(
    long? Size, long SizeUnit, long RootMinimumSize, long FreeSpace, string RootFileSystem, string RootLabel, bool RootByLabel, bool RootGrow, bool Bootable, bool Bios, bool Uefi,
    long BootTimeout, string Boot, string Verity, IReadOnlyList<ExtraPartition> Extra)
{
    public const string UnifiedKernelBoot = "uki";

    /// <summary>Whether a unified kernel starts, rather than kernel and initial file system by GRUB.</summary>
    public bool IsUnified => Bootable && Boot != "grub";

    public bool HasVerity => Verity != "none";

    /// <exception cref="ArtifactException">IMG1702, IMG1704: it can't start so. IMG6023: the extra partitions cannot be, or not beside a root that grows.</exception>
    public static DiskSettings Of(ArtifactSettings settings, long sizeUnit = PartitionTable.SectorSize)
    {
        var (bootable, firmware) = (settings.Flag("Bootable"), settings["Firmware"]);
        CheckBoot(settings, bootable, firmware);
        // Nothing can be written there.
        var freeSpace = settings["Verity"] == "none" ? settings.Number("FreeSpace")!.Value : 0;
        if (bootable && settings["Boot"] != "grub")
            firmware = "uefi";
        var read = new DiskSettings(
            settings.Number("DiskSize"), SizeUnitOf(settings, sizeUnit), settings.Number("RootMinimumSize")!.Value, freeSpace, settings["FileSystem"], settings["RootLabel"],
            settings["RootBy"] == "label", settings.Flag("RootGrow"), bootable, bootable && firmware != "uefi", bootable && firmware != "bios",
            settings.Number("BootTimeout")!.Value, settings["Boot"], settings["Verity"], ExtraPartition.Parse(settings["Partitions"]));
        read.CheckGrowth();
        return read;
    }

    /// <summary>The root, and the others in the order of their mount points.</summary>
    public IReadOnlyList<ExtraPartition> Partitions =>
        [new ExtraPartition("/", RootLabel, RootFileSystem, RootMinimumSize, FreeSpace, ReservedBlocksPercentage: HasVerity ? 0 : null, Grow: RootGrow), .. Extra];

    /// <summary>Partitions in the order in which they lie on the disk.</summary>
    public IEnumerable<ExtraPartition> InDiskOrder => Partitions.OrderBy(partition => partition.DiskOrder);

    // What a project may say is a multiple of all that hypervisors want.
    static long SizeUnitOf(ArtifactSettings settings, long sizeUnit) =>
        HumanSize.TryParse(settings["SizeMultiple"], out var said) ? Math.Max(sizeUnit, (long)said) : sizeUnit;

    static void CheckBoot(ArtifactSettings settings, bool bootable, string firmware)
    {
        using var key = SecureBootKey.Of(settings);
        var hasGrub = !bootable || settings["Boot"] == "grub";
        if (hasGrub && (key is not null || settings["Verity"] != "none"))
            throw new ArtifactException("IMG1704", $"{(key is not null ? "Signing for Secure Boot" : "A root that is checked by dm-verity")} needs a disk that starts a unified kernel. Set Boot (property ImageBoot) to uki or systemd-boot.");
        if (!hasGrub && firmware == "bios")
            throw new ArtifactException("IMG1704", "A unified kernel is a program for UEFI, and Firmware (property ImageDiskFirmware) is bios. Set that to uefi, or Boot (ImageBoot) to grub.");
        if (settings["Verity"] != "none" && settings["FileSystem"] != "ext4")
            throw new ArtifactException("IMG1704", $"A root that is checked by dm-verity has the file system ext4, and FileSystem (property ImageRootFileSystem) is {settings["FileSystem"]}. Set that to ext4.");
        if (settings["Verity"] != "none" && settings.Flag("RootGrow"))
            throw new ArtifactException("IMG1704", "A root that is checked by dm-verity never changes, and RootGrow (property ImageRootGrow) lets it grow. Set that to false, or give what grows a partition of its own.");
    }

    /// <summary>Only the last one has what is behind it to grow into.</summary>
    void CheckGrowth()
    {
        if (InDiskOrder.SkipLast(1).FirstOrDefault(partition => partition.Grow) is { } partition)
            throw new ArtifactException("IMG6023", $"The partition of {partition.MountPoint} is to grow and is not the last on the disk; {InDiskOrder.Last().MountPoint} lies behind it. Let that lie before the root (Position of its ImagePartition item), or let it grow instead.");
    }

    public IEnumerable<string> FileSystems => Partitions.Select(partition => partition.FileSystemType).Distinct();
}
