namespace ImageSdk.Machines.Qemu;

/// <summary>A kind of machine that QEMU can be.</summary>
/// <param name="Name">QEMU's name of it.</param>
/// <param name="Architecture">As Debian names it.</param>
/// <param name="Firmwares">What it starts with, the usual one first.</param>
public sealed record MachineType(string Name, string Architecture, string Description, IReadOnlyList<MachineFirmware> Firmwares)
{
    static readonly MachineType[] All =
    [
        new("q35", "amd64", "PC with PCI Express", [MachineFirmware.Bios, MachineFirmware.Uefi]),
        new("pc", "amd64", "PC of 1996 (i440FX)", [MachineFirmware.Bios, MachineFirmware.Uefi]),
        new("virt", "arm64", "ARM machine for virtual use", [MachineFirmware.Uefi]),
    ];

    /// <summary>Those of an architecture, the usual one first; empty where QEMU is not known to have any that boot images.</summary>
    public static IReadOnlyList<MachineType> Of(string architecture) => [.. All.Where(machine => machine.Architecture == architecture)];
}
