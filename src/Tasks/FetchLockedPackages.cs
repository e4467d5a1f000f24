using ImageSdk.Building;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Brings the packages of the lock into the cache.</summary>
[MSBuildMultiThreadableTask]
public sealed class FetchLockedPackages : SandboxedImageTask
{
    /// <summary>Whether the lock has just been evaluated anew, and need not be again.</summary>
    public bool IsEvaluated { get; set; }

    /// <summary>Whether the lock lacks packages that the project lists.</summary>
    [Output]
    public bool IsIncomplete { get; set; }

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation) =>
        IsIncomplete = !await build.FetchLockedAsync(IsEvaluated, workers, cancellation).ConfigureAwait(false);
}
