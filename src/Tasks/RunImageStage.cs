using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Stages;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Runs one stage of the manifest, or takes its layer from the cache.</summary>
[MSBuildMultiThreadableTask]
public sealed class RunImageStage : SandboxedImageTask
{
    [Required]
    public string Stage { get; set; } = "";

    private protected override string LiveTitle => Stage;

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var stage = Words.Choice<ImageStage>(Stage, "Stage", ProjectFile);
        var outcome = await build.RunStageAsync(stage, workers, cancellation).ConfigureAwait(false);
        Log.LogMessage(outcome.Ran ? MessageImportance.High : MessageImportance.Normal, "  {0}: {1}: {2}", ProjectName, stage, outcome.Summary);
    }
}
