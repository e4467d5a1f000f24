using System.Buffers.Binary;

namespace ImageSdk.Artifacts.Disks.Repacking;

/// <summary>
/// Looks for boot loaders that know by blocks where the rest of them is in a file system that is rewritten: they would find something
/// else there. Places: boot.S of GRUB 2; the boot sectors of FAT's kind that SYSLINUX writes.
/// </summary>
static class BootLoaderCheck
{
    const int KernelSectorPlace = 0x5C, MessagePlace = 0x170;
    const byte ShortJump = 0xEB;

    /// <param name="made">File systems that are rewritten.</param>
    /// <exception cref="ArtifactException">IMG6396: GRUB's second part is in one of them.</exception>
    public static void Run(ArtifactContext context, ISourceDisk source, IReadOnlyList<RepackedVolume> made)
    {
        var sector = new byte[PartitionTable.SectorSize];
        source.Read(0, sector);
        if (sector.AsSpan(MessagePlace).IndexOf("GRUB "u8) >= 0)
        {
            var next = BinaryPrimitives.ReadUInt64LittleEndian(sector.AsSpan(KernelSectorPlace)) * PartitionTable.SectorSize;
            if (made.FirstOrDefault(volume => next >= (ulong)volume.Partition.Start && next < (ulong)volume.Partition.End) is { } volume)
                throw new ArtifactException("IMG6396",
                    $"The source disk starts by a part of GRUB that lies in the file system of {volume.MountPoint} ({volume.Partition.Name}), where it is found by its block: with other files it would not be. Use a source whose GRUB lies in front of the first partition or in one of its own (grub-install without --force), or another format, such as qcow2.");
        }
        foreach (var volume in made.Where(volume => volume.Partition.Number > 0 && volume.Start[0] == ShortJump))
            context.Warn("IMG6398",
                $"{volume.Partition.Name} of the source disk ({volume.MountPoint}) has a boot sector of its own. It is kept; a loader that it finds by blocks, such as SYSLINUX, has to be installed again.");
    }
}
