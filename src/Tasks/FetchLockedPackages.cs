using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Brings the packages of the lock into the cache.</summary>
[MSBuildMultiThreadableTask]
public sealed class FetchLockedPackages : SandboxedImageTask
{
    /// <summary>Whether the lock has just been evaluated again, and need not be again.</summary>
    public bool IsEvaluated { get; set; }

    /// <summary>Whether the lock lacks packages that the project lists, and they can be worked out without running what the project brings along.</summary>
    [Output]
    public bool IsIncomplete { get; set; }

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        IsIncomplete = !await build.FetchLockedAsync(IsEvaluated, workers, cancellation).ConfigureAwait(false);
        if (!IsIncomplete || !build.RunsScriptsBeforePackages)
            return;
        // Who restores has not decided yet to run what a repository brings along.
        IsIncomplete = false;
        Listener.Note("The packages that the lock lacks are worked out by the build: pre-install scripts come before them, and a restore runs no code of a project");
    }
}
