namespace ImageSdk.Machines.Qemu;

/// <summary>The machine that an image is booted on.</summary>
/// <param name="Machine">QEMU's name of the machine type.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Disk">File of a raw disk, or of a hybrid or plain ISO 9660 image. Never written to.</param>
public sealed record MachineSettings(
    string Architecture, string Machine, MachineFirmware Firmware, long Memory, int Processors, string Disk)
{
    /// <summary>Whether the image lies in a CD drive of the kind that the machine usually has, rather than on a disk.</summary>
    public bool InDrive { get; init; }
}
