namespace ImageSdk.Jobs;

/// <summary>How a queue behaves.</summary>
public sealed record JobQueueOptions
{
    /// <summary>The clock for times that people read, and for waiting. Tests set it.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>
    /// How long a worker may be silent before its job is taken from it. Workers speak three times as often. It is measured by those
    /// who watch, with a monotonic clock: docs/jobs.md.
    /// </summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many jobs of one owner may run at once. Null: any number.</summary>
    public int? MaxRunningPerOwner { get; init; }

    /// <summary>How long to wait before another attempt, given the number of attempts so far.</summary>
    public Func<int, TimeSpan> RetryDelay { get; init; } = attempt => TimeSpan.FromSeconds(10 * Math.Pow(3, Math.Min(attempt, 5) - 1));

    /// <summary>How long an operation waits for a database that is away before it fails with IMG7281.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>What is kept of jobs that have ended.</summary>
    public HistoryLimits History { get; init; } = new();

    /// <summary>Whether this process looks after lost workers and the limits of the history. At least one process of a queue has to.</summary>
    public bool Maintain { get; init; } = true;

    /// <summary>Receives trouble from which the queue recovers by itself, such as a database that is down.</summary>
    public Action<string>? Report { get; init; }
}

/// <summary>What is kept of jobs that have ended.</summary>
public sealed record HistoryLimits
{
    /// <summary>How many ended jobs are kept, the newest.</summary>
    public int MaxJobs { get; init; } = 100_000;

    /// <summary>How long ended jobs are kept. Null: until there are too many.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>How much of one log is kept, in bytes: half of it from the beginning, half from the end.</summary>
    public long MaxLogBytes { get; init; } = 64L << 20;

    /// <summary>How much is kept of all logs together, in bytes, those of the newest jobs.</summary>
    public long MaxTotalLogBytes { get; init; } = 4L << 30;
}
