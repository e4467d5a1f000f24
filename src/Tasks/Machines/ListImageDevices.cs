using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Machines.Acceleration;
using ImageSdk.Machines.Qemu;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ImageSdk.Tasks;

/// <summary>The machines that dotnet run can boot the image on.</summary>
[MSBuildMultiThreadableTask]
public sealed class ListImageDevices : ImageTask
{
    [Required]
    public string Architecture { get; set; } = "";

    [Required]
    public string CacheDirectory { get; set; } = "";

    /// <summary>As dotnet run --list-devices shows them.</summary>
    [Output]
    public ITaskItem[] Devices { get; set; } = [];

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        var project = Absolute(ProjectFile);
        Devices =
        [
            .. new MachineWords(Architecture, project).Devices.Select(device => new TaskItem(device.Id, new Dictionary<string, string>
            {
                ["Description"] = $"{device.Type.Description}, {(device.Firmware == MachineFirmware.Uefi ? "UEFI" : "BIOS")}",
                ["Type"] = "QEMU",
                ["Status"] = StatusOf(device.Firmware, project),
            })),
        ];
    }

    string StatusOf(MachineFirmware firmware, string project)
    {
        try
        {
            if (firmware == MachineFirmware.Uefi)
                UefiFirmware.Find(Architecture, project);
            var (accelerator, reason) = new AcceleratorChoice(Absolute(CacheDirectory)).For(QemuProgram.Find(Architecture, project));
            return accelerator == Accelerator.Kvm ? "KVM" : $"without KVM: {reason}";
        }
        catch (BuildException exception)
        {
            return exception.Message;
        }
    }
}
