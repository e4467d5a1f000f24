using ImageSdk.Building;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Removes artifacts that are folders; an ordinary user's may hold files that only the sandbox can delete.</summary>
[MSBuildMultiThreadableTask]
public sealed class RemoveImageArtifacts : SandboxedImageTask
{
    /// <summary>The records of artifacts (NAME.json beside each); those of files are passed over.</summary>
    [Required]
    public string[] Records { get; set; } = [];

    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation) =>
        build.RemoveArtifactsAsync([.. Records.Select(record => Path.ChangeExtension(Absolute(record), null))], workers, cancellation);
}
