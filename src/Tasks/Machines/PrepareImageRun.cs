using System.Text.Json;
using ImageSdk.Building;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Machines.Qemu;
using ImageSdk.Machines.Running;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Writes down the machine that dotnet run is to boot.</summary>
[MSBuildMultiThreadableTask]
public sealed class PrepareImageRun : ImageTask
{
    [Required]
    public string Architecture { get; set; } = "";

    /// <summary>For QEMU, after ours.</summary>
    public string Arguments { get; set; } = "";

    [Required]
    public string CacheDirectory { get; set; } = "";

    /// <summary>A machine with its firmware; empty for the usual one.</summary>
    public string Device { get; set; } = "";

    /// <summary>What is booted.</summary>
    [Required]
    public string Disk { get; set; } = "";

    /// <summary>bios or uefi; empty for the machine's usual one. A device says it as well.</summary>
    public string Firmware { get; set; } = "";

    [Required]
    public string Memory { get; set; } = "";

    /// <summary>HOST:GUEST, semicolons between them.</summary>
    public string Ports { get; set; } = "";

    [Required]
    public string Processors { get; set; } = "";

    /// <summary>Where it is written down.</summary>
    [Required]
    public string RunFile { get; set; } = "";

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        var project = Absolute(ProjectFile);
        var words = new MachineWords(Architecture, project);
        var (machine, firmware) = words.Device(Device, Firmware);
        var run = new MachineRun(
            project, Path.GetFileNameWithoutExtension(project),
            new MachineSettings(Architecture, machine, firmware, words.Memory(Memory, "ImageRunMemory"), words.Processors(Processors, "ImageRunCpus"), Absolute(Disk)),
            words.Ports(Ports, "ImageRunPorts"), CommandLine.Split(Arguments, "ImageRunArguments", project), Absolute(CacheDirectory));
        var file = Absolute(RunFile);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(run, MachineRunJson.Default.MachineRun));
    }
}
