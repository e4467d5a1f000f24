using ImageSdk.Jobs.States;

namespace ImageSdk.Jobs.Stores;

/// <summary>A row of the table jobs. Times are milliseconds, of the Unix epoch or of a span.</summary>
sealed record JobRow
{
    public const string Columns =
        "id, kind, key, subject, owner, architecture, labels, priority, state, attempt, maxattempts, timelimit, input, result, failure, worker, process, token, beat, lease, " +
        "delayedsince, notbefore, submitted, started, finished, elapsed";

    /// <summary>Writes what can change.</summary>
    public const string Update =
        """
        UPDATE jobs SET priority = @Priority, state = @State, attempt = @Attempt, result = @Result, failure = @Failure, worker = @Worker,
            process = @Process, token = @Token, beat = @Beat, lease = @Lease, delayedsince = @DelayedSince, notbefore = @NotBefore,
            started = @Started, finished = @Finished, elapsed = @Elapsed
        WHERE id = @Id
        """;

    public long Id { get; init; }
    public required string Kind { get; init; }
    public string? Key { get; init; }
    public string? Subject { get; init; }
    public required string Owner { get; init; }
    public string? Architecture { get; init; }
    public string? Labels { get; init; }
    public long Priority { get; init; }
    public long State { get; init; }
    public long Attempt { get; init; }
    public long MaxAttempts { get; init; }
    public long? TimeLimit { get; init; }
    public required string Input { get; init; }
    public string? Result { get; init; }
    public string? Failure { get; init; }
    public string? Worker { get; init; }

    /// <summary>The process that holds the lease, as <c>ProcessIdentity</c> writes it.</summary>
    public string? Process { get; init; }

    /// <summary>Drawn for each claim. Kept when the job ends, so that a last write that is repeated is known.</summary>
    public string? Token { get; init; }

    /// <summary>Counts the heartbeats of a lease.</summary>
    public long Beat { get; init; }

    /// <summary>How long the worker may be silent.</summary>
    public long Lease { get; init; }

    /// <summary>A delay is from here …</summary>
    public long? DelayedSince { get; init; }

    /// <summary>… to here. Where the clock shows a time before both, it was set back, and the delay is void.</summary>
    public long? NotBefore { get; init; }

    public long Submitted { get; init; }
    public long? Started { get; init; }
    public long? Finished { get; init; }
    public long? Elapsed { get; init; }

    public JobState JobState => (JobState)State;

    /// <summary>The row after the trigger, with its event; null where the trigger means nothing in the row's state.</summary>
    public (JobRow Row, JobEventKind Event)? After(JobTrigger trigger, long now)
    {
        if (JobTransitions.Find(JobState, trigger) is not var (state, kind))
            return null;
        var row = this with { State = (long)state, DelayedSince = null, NotBefore = null };
        return (state.IsFinal() ? row with { Finished = now } : row, kind);
    }

    public Job ToJob() => new()
    {
        Id = Id,
        Kind = Kind,
        Key = Key,
        Owner = Owner,
        Architecture = Architecture,
        Labels = Labels?.Split('\n') ?? [],
        Priority = (int)Priority,
        State = JobState,
        Attempt = (int)Attempt,
        MaxAttempts = (int)MaxAttempts,
        TimeLimit = Span(TimeLimit),
        Input = Input,
        Result = Result,
        Failure = Failure,
        Worker = Worker,
        Submitted = DateTimeOffset.FromUnixTimeMilliseconds(Submitted),
        Started = Time(Started),
        Finished = Time(Finished),
        Elapsed = Span(Elapsed),
    };

    static DateTimeOffset? Time(long? milliseconds) => milliseconds is { } given ? DateTimeOffset.FromUnixTimeMilliseconds(given) : null;

    static TimeSpan? Span(long? milliseconds) => milliseconds is { } given ? TimeSpan.FromMilliseconds(given) : null;
}
