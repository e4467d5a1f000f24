using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Stages;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Brings the part of the lock up to date that a stage follows, or says what does not fit.</summary>
[MSBuildMultiThreadableTask]
public sealed class LockImage : SandboxedImageTask
{
    /// <summary>UnpackSourceImage or InstallPackages.</summary>
    [Required]
    public string Stage { get; set; } = "";

    private protected override string LiveTitle => Stage;

    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation) =>
        build.LockAsync(Words.Choice<ImageStage>(Stage, "Stage", ProjectFile), workers, cancellation);
}
