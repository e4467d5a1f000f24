using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Machines.Qemu;

namespace ImageSdk.Tasks.Reading;

/// <summary>What a project says of the machines that its image is booted on.</summary>
/// <param name="architecture">The image's.</param>
sealed class MachineWords(string architecture, string projectFile)
{
    /// <summary>Some distribution's kernels do not start with less.</summary>
    const long LeastMemory = 64L << 20;

    const int MostProcessors = 255;

    /// <summary>What there is for the architecture; where there is nothing, running says so.</summary>
    IReadOnlyList<MachineType> Types => MachineType.Of(architecture) is { Count: > 0 } types
        ? types
        : throw new BuildException("IMG6052", $"Images of architecture '{architecture}' can't be booted; amd64 and arm64 can. Set RunCommand to a program that boots them.", projectFile);

    /// <summary>The usual machine.</summary>
    public string DefaultMachine => Types[0].Name;

    /// <summary>A machine with a firmware, as dotnet run --device names it: q35, q35-uefi.</summary>
    /// <param name="device">Empty for the usual machine, with the firmware that the project wants.</param>
    public (string Machine, MachineFirmware Firmware) Device(string device, string firmware)
    {
        if (device.Length == 0)
            return (DefaultMachine, Firmware(firmware, "ImageRunFirmware"));
        foreach (var (id, type, kind) in Devices)
            if (id.Equals(device, StringComparison.OrdinalIgnoreCase))
                return (type.Name, kind);
        throw new BuildException("IMG6059",
            $"There is no device '{device}' to run the image on. There are: {string.Join(", ", Devices.Select(known => known.Id))}; dotnet run --list-devices describes them.", projectFile);
    }

    /// <summary>All machines with all their firmwares.</summary>
    public IEnumerable<(string Id, MachineType Type, MachineFirmware Firmware)> Devices => Types.SelectMany(type => type.Firmwares.Select(firmware =>
        (firmware == type.Firmwares[0] ? type.Name : $"{type.Name}-{firmware.ToString().ToLowerInvariant()}", type, firmware)));

    /// <summary>Empty for what the architecture usually has.</summary>
    public MachineFirmware Firmware(string text, string name)
    {
        var usual = Types[0].Firmwares;
        if (text.Trim().Length == 0)
            return usual[0];
        var choice = Words.Choice<MachineFirmware>(text.Trim(), name, projectFile);
        return usual.Contains(choice) ? choice : throw Words.Wrong(name, text, $"{string.Join(" or ", usual).ToLowerInvariant()} for {architecture}", projectFile);
    }

    public long Memory(string text, string name)
    {
        var bytes = Sizes.Parse(text, name, projectFile);
        return bytes >= LeastMemory ? bytes : throw Words.Wrong(name, text, "at least 64M", projectFile);
    }

    public int Processors(string text, string name) =>
        int.TryParse(text, out var count) && count is > 0 and <= MostProcessors ? count : throw Words.Wrong(name, text, $"a number from 1 to {MostProcessors}", projectFile);

    public IReadOnlyList<PortForward> Ports(string text, string name) =>
    [
        .. text.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(word => PortForward.TryParse(word, out var forward) ? forward : throw Words.Wrong(name, word, "HOST:GUEST, for instance 8080:80", projectFile)),
    ];
}
