using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Copies artifacts, files and folders, into a directory.</summary>
[MSBuildMultiThreadableTask]
public sealed class CopyImageArtifacts : SandboxedImageTask
{
    [Required]
    public string[] Artifacts { get; set; } = [];

    /// <summary>Made where it is not there.</summary>
    [Required]
    public string Directory { get; set; } = "";

    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation) =>
        build.CopyArtifactsAsync([.. Artifacts.Select(Absolute)], Absolute(Directory), workers, cancellation);
}
