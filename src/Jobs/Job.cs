namespace ImageSdk.Jobs;

/// <summary>A job as it stood when it was read.</summary>
/// <remarks>
/// Times are those of the clock of the process that wrote them and are for people: no lease, order or deadline depends on them.
/// </remarks>
public sealed record Job
{
    /// <summary>Identifies the job in its queue; later jobs have higher numbers.</summary>
    public required long Id { get; init; }

    /// <summary>What is to be done: the name of a handler.</summary>
    public required string Kind { get; init; }

    /// <summary>Requests of one kind with the same key share one job as long as it is queued or running.</summary>
    public string? Key { get; init; }

    /// <summary>Who asked first. Owners take turns.</summary>
    public required string Owner { get; init; }

    /// <summary>The architecture that a worker must have, or null where any will do.</summary>
    public string? Architecture { get; init; }

    /// <summary>Labels that a worker must have, all of them.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Jobs of higher priority go first, whoever owns them.</summary>
    public int Priority { get; init; }

    /// <summary>Where the job is in its life.</summary>
    public required JobState State { get; init; }

    /// <summary>How often the job was started; 0 before the first time. A start that the worker gave back does not count.</summary>
    public int Attempt { get; init; }

    /// <summary>How often the job may be started.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>How long one attempt may take, or null.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>What the handler is given; by convention JSON.</summary>
    public required string Input { get; init; }

    /// <summary>What the handler returned.</summary>
    public string? Result { get; init; }

    /// <summary>Why the job, or its last attempt, failed or was cancelled.</summary>
    public string? Failure { get; init; }

    /// <summary>The worker that has, or last had, the job.</summary>
    public string? Worker { get; init; }

    /// <summary>When the job was submitted.</summary>
    public DateTimeOffset Submitted { get; init; }

    /// <summary>When the last attempt began.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When the job reached a final state.</summary>
    public DateTimeOffset? Finished { get; init; }

    /// <summary>How long the last attempt took, measured by the worker and unaffected by changes of the clock.</summary>
    public TimeSpan? Elapsed { get; init; }
}
