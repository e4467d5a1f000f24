namespace ImageSdk.Machines.Qemu;

/// <summary>What a machine starts with, before the disk's boot loader.</summary>
public enum MachineFirmware
{
    Bios,
    Uefi,
}
