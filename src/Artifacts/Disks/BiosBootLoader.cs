using System.Buffers.Binary;
using ImageSdk.Artifacts.Boot;

namespace ImageSdk.Artifacts.Disks;

/// <summary>
/// GRUB for BIOS on a disk: its first sector where the BIOS reads it, the rest in a partition of its own. What grub-bios-setup
/// does, which needs a device: each part holds the place of the next one. Places: boot.S and diskboot.S of GRUB 2.
/// </summary>
static class BiosBootLoader
{
    const int SectorSize = 512;
    const int CodeSize = 440;             // The rest of the first sector is the partition table's.
    const int KernelSectorPlace = 0x5C;
    const int DriveCheckPlace = 0x66;
    const int BlockListPlace = SectorSize - 12;

    /// <param name="core">GRUB's image for BIOS.</param>
    /// <param name="disk">The disk, open to write.</param>
    /// <exception cref="ArtifactException">IMG6022: GRUB is not installed, or is another one than is known.</exception>
    public static void Install(string core, Stream disk, Partition partition)
    {
        var start = (ulong)(partition.Start / SectorSize);
        var first = File.ReadAllBytes(GrubPlatform.Bios.RequireFile("boot.img"));
        var rest = File.ReadAllBytes(core);
        Array.Resize(ref rest, (rest.Length + SectorSize - 1) / SectorSize * SectorSize);
        if (first.Length != SectorSize || rest.Length <= SectorSize || rest.Length > partition.Size
            || BinaryPrimitives.ReadUInt16LittleEndian(rest.AsSpan(BlockListPlace + 10)) != 0x0820)
            throw new ArtifactException("IMG6022", $"GRUB for {GrubPlatform.Bios.Name} is of a version that is not known here. Install the distribution's: apt-get install {GrubPlatform.Bios.Package}");
        BinaryPrimitives.WriteUInt64LittleEndian(first.AsSpan(KernelSectorPlace), start);
        // Some BIOSes tell another drive than they boot from; then the one that is a hard disk is right.
        first.AsSpan(DriveCheckPlace, 2).Fill(0x90);
        BinaryPrimitives.WriteUInt64LittleEndian(rest.AsSpan(BlockListPlace), start + 1);
        BinaryPrimitives.WriteUInt16LittleEndian(rest.AsSpan(BlockListPlace + 8), (ushort)(rest.Length / SectorSize - 1));
        disk.Position = 0;
        disk.Write(first.AsSpan(0, CodeSize));
        disk.Position = partition.Start;
        disk.Write(rest);
    }
}
