using System.Text.Json;
using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Machines.Qemu;
using ImageSdk.Machines.Running;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Makes the disk that dotnet run is to boot, and writes down the machine. Its one format is the disk's.</summary>
[MSBuildMultiThreadableTask]
public sealed class PrepareImageRun : ArtifactTask
{
    [Required]
    public string Architecture { get; set; } = "";

    /// <summary>For QEMU, after ours.</summary>
    public string Arguments { get; set; } = "";

    [Required]
    public string CacheDirectory { get; set; } = "";

    /// <summary>A machine with its firmware; empty for the usual one.</summary>
    public string Device { get; set; } = "";

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

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var project = Absolute(ProjectFile);
        var words = new MachineWords(Architecture, project);
        var (machine, firmware) = words.Device(Device, Firmware);
        var settings = new MachineSettings(Architecture, machine, firmware, words.Memory(Memory, "ImageRunMemory"), words.Processors(Processors, "ImageRunCpus"), "");
        var ports = words.Ports(Ports, "ImageRunPorts");
        var arguments = CommandLine.Split(Arguments, "ImageRunArguments", project);
        var made = await build.MakeArtifactsAsync(Requests(), areProjects: false, workers, cancellation).ConfigureAwait(false);
        var run = new MachineRun(
            project, Path.GetFileNameWithoutExtension(project), settings with { Disk = made[0].Path }, ports, arguments, Absolute(CacheDirectory));
        var file = Absolute(RunFile);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(run, MachineRunJson.Default.MachineRun), cancellation).ConfigureAwait(false);
    }
}
