namespace ImageSdk.Machines.Qemu;

/// <summary>QEMU's arguments for a machine, without what its consoles lead to.</summary>
static class QemuArguments
{
    public static List<string> For(MachineSettings machine, UefiFirmware? firmware, Accelerator accelerator, IReadOnlyList<PortForward> ports)
    {
        List<string> arguments =
        [
            "-machine", machine.Machine,
            "-accel", accelerator == Accelerator.Kvm ? "kvm" : "tcg",
            "-cpu", accelerator == Accelerator.Kvm ? "host" : "max",
            "-m", (machine.Memory >> 20) + "M",
            "-smp", machine.Processors.ToString(),
            "-display", "none",
            "-device", "virtio-rng-pci",
            "-nic", "user,model=virtio-net-pci" + string.Concat(ports.Select(port => $",hostfwd=tcp:127.0.0.1:{port.Host}-:{port.Guest}")),
        ];
        if (firmware is not null)
            arguments.AddRange(
            [
                "-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={Escape(firmware.Code)}",
                "-drive", $"if=pflash,unit=1,format=raw,snapshot=on,file={Escape(firmware.Variables)}",
            ]);
        arguments.AddRange(machine.InDrive ? UsualDriveOf(machine.Disk) : DriveOf(machine.Disk));
        return arguments;
    }

    // What is written goes to a file without a name, which is gone when QEMU ends, however it does.
    static string[] DriveOf(string disk) => IsBootableDisk(disk)
        ? ["-drive", $"if=virtio,format=raw,snapshot=on,cache=unsafe,file={Escape(disk)}"]
        : ["-drive", $"if=none,id=medium,media=cdrom,format=raw,readonly=on,file={Escape(disk)}", "-device", "virtio-scsi-pci", "-device", "scsi-cd,drive=medium"];

    // What QEMU's -cdrom is, without its guess at the form of the file.
    static string[] UsualDriveOf(string disk) => ["-drive", $"media=cdrom,format=raw,readonly=on,file={Escape(disk)}"];

    /// <summary>Whether it begins with a boot record. A plain ISO 9660 image does not, and boots as a compact disc only.</summary>
    static bool IsBootableDisk(string disk)
    {
        using var file = File.OpenRead(disk);
        Span<byte> sector = stackalloc byte[512];
        return file.ReadAtLeast(sector, sector.Length, throwOnEndOfStream: false) < sector.Length || sector[510..] is [0x55, 0xaa];
    }

    /// <summary>A comma ends a value unless it is doubled.</summary>
    static string Escape(string path) => path.Replace(",", ",,");
}
