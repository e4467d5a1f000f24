using ImageSdk.Artifacts.Disks.Ext4;
using ImageSdk.Artifacts.Disks.Verity;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>Where everything lies on a disk.</summary>
/// <param name="Size">Bytes.</param>
/// <param name="Bios">For GRUB, where the disk boots by BIOS.</param>
/// <param name="Efi">For GRUB or a unified kernel, where the disk boots by UEFI.</param>
/// <param name="Hashes">By which the root is checked, behind it; null where it is not.</param>
/// <param name="Volumes">Those of the file systems, in the order of the volumes; the root comes first and lies last, unless others are to lie behind it.</param>
sealed record DiskLayout(long Size, Partition? Bios, Partition? Efi, Partition? Hashes, IReadOnlyList<Partition> Volumes)
{
    const long BiosSize = 1 << 20;

    /// <summary>All of them as they lie on the disk.</summary>
    public IEnumerable<Partition> Partitions => new[] { Bios, Efi }.OfType<Partition>().Concat(Volumes.Append(Hashes).OfType<Partition>().OrderBy(partition => partition.Start));

    /// <exception cref="ArtifactException">IMG6025: the disk's size is given, and it is too small.</exception>
    public static DiskLayout Plan(ArtifactContext context, DiskSettings settings, IReadOnlyList<Volume> volumes, long efiSize)
    {
        var sizes = volumes.Select(volume => Math.Max(LeastSizeOf(volume), RoundUp(volume.Settings.MinimumBytes, PartitionTable.Alignment))).ToArray();
        var place = PartitionTable.Alignment;
        var bios = settings.Bios ? Take("bios", Partition.BiosBoot, BiosSize) : null;
        var efi = settings.Uefi ? Take("EFI", Partition.EfiSystem, efiSize) : null;
        var hashesSize = settings.HasVerity ? RoundUp(VerityTree.SizeOf(sizes[0]), PartitionTable.Alignment) : 0;
        var needed = place + sizes.Sum() + hashesSize + PartitionTable.Alignment;
        var size = RoundUp(settings.Size ?? needed, settings.SizeUnit);
        var spare = size / PartitionTable.Alignment * PartitionTable.Alignment - needed;
        if (spare < 0)
            throw TooSmall(size, needed);
        // A partition that is to grow does so here already; otherwise the space is the root's.
        // One that is checked is as large as its files need it.
        var taking = volumes.Index().FirstOrDefault(volume => volume.Item.Settings.Grow).Index;
        if (taking > 0 || !settings.HasVerity)
            sizes[taking] += spare;
        Partition? hashes = null;
        var partitions = new Partition[volumes.Count];
        foreach (var (index, volume) in volumes.Index().OrderBy(volume => volume.Item.Settings.DiskOrder))
        {
            partitions[index] = Take(volume.Settings.FileSystemLabel, volume.MountPoint == "/" ? Partition.LinuxRootX64 : Partition.LinuxFileSystem, sizes[index]);
            if (volume.MountPoint == "/" && settings.HasVerity)
                hashes = Take("root-verity", Partition.LinuxRootVerityX64, hashesSize);
        }
        return new(size, bios, efi, hashes, partitions);

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

    static long RoundUp(long size, long unit) => (size + unit - 1) / unit * unit;
}
