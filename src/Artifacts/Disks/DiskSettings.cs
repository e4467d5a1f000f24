using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>The options of a disk.</summary>
/// <param name="Size">Bytes of the disk; null for as many as are needed.</param>
/// <param name="RootMinimumSize">Bytes that the root file system has at least.</param>
/// <param name="FreeSpace">Bytes that are free in the root file system, where the size is not given.</param>
/// <param name="SizeUnit">Bytes; the disk has a multiple of them.</param>
/// <param name="BootTimeout">Seconds that the menu waits.</param>
sealed record DiskSettings(
    long? Size, long SizeUnit, long RootMinimumSize, long FreeSpace, string RootFileSystem, string RootLabel, bool RootByLabel, bool RootGrow, bool Bootable, bool Bios, bool Uefi,
    long BootTimeout, IReadOnlyList<ExtraPartition> Extra)
{
    /// <exception cref="ArtifactException">IMG6023: the extra partitions cannot be, or not beside a root that grows.</exception>
    public static DiskSettings Of(ArtifactSettings settings, long sizeUnit = PartitionTable.SectorSize)
    {
        var (bootable, firmware) = (settings.Flag("Bootable"), settings["Firmware"]);
        var read = new DiskSettings(
            settings.Number("DiskSize"), SizeUnitOf(settings, sizeUnit), settings.Number("RootMinimumSize")!.Value, settings.Number("FreeSpace")!.Value, settings["FileSystem"], settings["RootLabel"],
            settings["RootBy"] == "label", settings.Flag("RootGrow"), bootable, bootable && firmware != "uefi", bootable && firmware != "bios",
            settings.Number("BootTimeout")!.Value, ExtraPartition.Parse(settings["Partitions"]));
        read.CheckGrowth();
        return read;
    }

    /// <summary>The root, and the others in the order of their mount points.</summary>
    public IReadOnlyList<ExtraPartition> Partitions =>
        [new ExtraPartition("/", RootLabel, RootFileSystem, RootMinimumSize, FreeSpace, Grow: RootGrow), .. Extra];

    /// <summary>Partitions in the order in which they lie on the disk.</summary>
    public IEnumerable<ExtraPartition> InDiskOrder => Partitions.OrderBy(partition => partition.DiskOrder);

    // What a project may say is a multiple of all that hypervisors want.
    static long SizeUnitOf(ArtifactSettings settings, long sizeUnit) =>
        HumanSize.TryParse(settings["SizeMultiple"], out var said) ? Math.Max(sizeUnit, (long)said) : sizeUnit;

    /// <summary>Only the last one has what is behind it to grow into.</summary>
    void CheckGrowth()
    {
        if (InDiskOrder.SkipLast(1).FirstOrDefault(partition => partition.Grow) is { } partition)
            throw new ArtifactException("IMG6023", $"The partition of {partition.MountPoint} is to grow and is not the last on the disk; {InDiskOrder.Last().MountPoint} lies behind it. Let that lie before the root (Position of its ImagePartition item), or let it grow instead.");
    }

    public IEnumerable<string> FileSystems => Partitions.Select(partition => partition.FileSystemType).Distinct();
}
