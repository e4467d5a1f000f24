namespace ImageSdk.Jobs.Running;

/// <summary>How a process does jobs.</summary>
public sealed record JobRunnerOptions
{
    /// <summary>From a failed attempt to reach the database to the next.</summary>
    internal static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    /// <summary>How many jobs to do at once.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>Is waited for before each job that is claimed: a worker may have reasons to leave jobs to others for a while.</summary>
    public Func<CancellationToken, Task> BeforeClaim { get; init; } = _ => Task.CompletedTask;

    /// <summary>How long running jobs may go on when the process is to end, before they are given back.</summary>
    public TimeSpan ShutdownTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long a job goes on while the database is away. Longer than a lease: where all are cut off, no one takes the job from us, and where only
    /// we are, what is written with an old token changes nothing.
    /// </summary>
    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromMinutes(5);
}
