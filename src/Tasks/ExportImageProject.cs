using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Tasks;

/// <summary>Gives the evaluated project with its files to who started MSBuild, over a descriptor that it left open.</summary>
[MSBuildMultiThreadableTask]
public sealed class ExportImageProject : SandboxedImageTask
{
    [Required]
    public int Descriptor { get; set; }

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        using var handle = new SafeFileHandle(Descriptor, ownsHandle: false);
        await using var output = new FileStream(handle, FileAccess.Write);
        await build.ExportAsync(output, cancellation).ConfigureAwait(false);
    }
}
