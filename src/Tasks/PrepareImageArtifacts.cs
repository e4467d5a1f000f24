using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Checks the artifacts that a project wants before anything is built, and notes them, so that MSBuild sees whether they changed.</summary>
[MSBuildMultiThreadableTask]
public sealed class PrepareImageArtifacts : ArtifactTask
{
    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        Artifacts = ToItems(build.PrepareArtifacts(Requests(), workers));
        return Task.CompletedTask;
    }
}
