using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Notes what a stage reads, so that MSBuild sees whether it changed.</summary>
[MSBuildMultiThreadableTask]
public sealed class DigestStageInputs : ImageTask
{
    [Required]
    public string Stage { get; set; } = "";

    private protected override string LiveTitle => Stage;

    private protected override void Execute(ImageBuild build, IBuildListener listener) => build.DigestInputs(Words.Choice<ImageStage>(Stage, "Stage", ProjectFile));
}
