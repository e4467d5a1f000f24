using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Makes artifacts of the built image, each once for what it is made from.</summary>
[MSBuildMultiThreadableTask]
public sealed class MakeImageArtifacts : ArtifactTask
{
    /// <summary>Whether these are all artifacts that the project wants, so that the build need not ask again; otherwise these are wanted as well.</summary>
    public bool AreProjects { get; set; }

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var made = await build.MakeArtifactsAsync(Requests(), AreProjects, workers, cancellation).ConfigureAwait(false);
        foreach (var artifact in made)
            Log.LogMessage(artifact.Ran ? MessageImportance.High : MessageImportance.Normal, "  {0}: {1}: {2}{3}", ProjectName, artifact.Format, artifact.Path, artifact.Ran ? "" : " is up to date");
        Artifacts = ToItems(made);
    }
}
