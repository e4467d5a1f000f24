using ImageSdk.Imaginator.Configuration;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Running;

/// <summary>Starts a worker for each build: Slurm, Kubernetes.</summary>
interface IBatchSystem
{
    /// <summary>Starts a worker for the job, or finds the one that an earlier attempt has started, and watches it.</summary>
    /// <returns>When the worker has ended.</returns>
    /// <exception cref="BatchException">It refuses the job, or gives it up: its time or memory has run out, someone removed it.</exception>
    Task RunAsync(BatchBuild build, CancellationToken stop);

    /// <summary>Ends the worker of a job, where there is still one, and removes what is left of it. Trouble is reported, not thrown.</summary>
    Task RemoveAsync(Job job, CancellationToken cancellation);
}

/// <param name="Job">The job; its labels are those of the worker.</param>
/// <param name="Placement">What the machine must have.</param>
/// <param name="Architecture">In the field's words.</param>
/// <param name="TimeLimit">How long it may run.</param>
/// <param name="Log">Receives what becomes of it.</param>
sealed record BatchBuild(Job Job, StreamPlacement Placement, string Architecture, TimeSpan TimeLimit, Action<string> Log);

/// <summary>The batch system refuses a build.</summary>
/// <param name="code">Listed in docs/errors.md.</param>
sealed class BatchException(string code, string message, Exception? inner = null) : Exception($"error {code}: {message}", inner);
