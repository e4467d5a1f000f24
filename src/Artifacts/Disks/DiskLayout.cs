using ImageSdk.Artifacts.Disks.Ext4;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>Where everything lies on a disk.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Bios">For GRUB, where the disk boots by BIOS.</param>
/// <param name="Efi">For GRUB, where the disk boots by UEFI.</param>
/// <param name="Volumes">Those of the file systems, in their order.</param>
sealed record DiskLayout(long Size, Partition? Bios, Partition? Efi, IReadOnlyList<Partition> Volumes)
{
    const long BiosSize = 1 << 20;

    public IEnumerable<Partition> Partitions => new[] { Bios, Efi }.OfType<Partition>().Concat(Volumes);

    /// <exception cref="ArtifactException">IMG6025: the disk's size is given, and it is too small.</exception>
    public static DiskLayout Plan(ArtifactContext context, DiskSettings settings, IReadOnlyList<Volume> volumes)
    {
        var sizes = volumes.Select(volume => Math.Max(LeastSizeOf(volume), RoundUp(volume.Settings.MinimumBytes))).ToArray();
        var place = PartitionTable.Alignment;
        var bios = settings.Bios ? Take("bios", Partition.BiosBoot, BiosSize) : null;
        var efi = settings.Uefi ? Take("EFI", Partition.EfiSystem, EfiSystemPartition.UsualSize) : null;
        var needed = place + sizes.Sum() + PartitionTable.Alignment;
        if (settings.Size is { } given)
        {
            var most = given / PartitionTable.Alignment * PartitionTable.Alignment;
            if (most < needed)
                throw TooSmall(given, needed);
            sizes[0] += most - needed;
        }
        var partitions = volumes.Select((volume, index) => Take(
            volume.Settings.FileSystemLabel, volume.MountPoint == "/" ? Partition.LinuxRootX64 : Partition.LinuxFileSystem, sizes[index])).ToArray();
        return new(settings.Size / PartitionTable.SectorSize * PartitionTable.SectorSize ?? place + PartitionTable.Alignment, bios, efi, partitions);

        Partition Take(string name, string type, long size)
        {
            var partition = new Partition(name, type, context.Identifier($"partition {place}"), place, size);
            place += size;
            return partition;
        }
    }

    public static ArtifactException TooSmall(long given, long needed) => new("IMG6025",
        $"The disk has {HumanSize.FormatExact((ulong)given)}, and the image needs {HumanSize.FormatExact((ulong)needed)} with its partitions. Raise DiskSize (property ImageDiskSize) or leave it out; FreeSpace (ImageDiskFreeSpace) is a part of it.");

    static long LeastSizeOf(Volume volume) => volume.IsBtrfs
        ? BtrfsMaker.SizeOf(volume.Tree, volume.Settings.MinimumFreeBytes)
        : Ext4Maker.SizeOf(volume.Tree, volume.Settings.MinimumFreeBytes, volume.Reserved, volume.Settings.BytesPerInode);

    static long RoundUp(long size) => (size + PartitionTable.Alignment - 1) / PartitionTable.Alignment * PartitionTable.Alignment;
}
