namespace ImageSdk.Jobs;

/// <summary>Which jobs to list. What is null does not matter.</summary>
public sealed record JobFilter
{
    /// <summary>Only jobs in this state.</summary>
    public JobState? State { get; init; }

    /// <summary>Only jobs of this kind.</summary>
    public string? Kind { get; init; }

    /// <summary>Only jobs that this owner submitted.</summary>
    public string? Owner { get; init; }

    /// <summary>Only jobs with this key.</summary>
    public string? Key { get; init; }

    /// <summary>Only jobs that are about this.</summary>
    public string? Subject { get; init; }

    /// <summary>Only jobs with lower numbers: the last number of the page before.</summary>
    public long? Before { get; init; }

    /// <summary>How many jobs to return at most.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>How many jobs of a kind are in a state that is not final.</summary>
/// <param name="Kind">The jobs' kind.</param>
/// <param name="State">Queued, running or cancelling.</param>
/// <param name="Count">How many there are.</param>
/// <param name="OldestSubmitted">When the oldest of them was submitted.</param>
public sealed record JobCount(string Kind, JobState State, long Count, DateTimeOffset OldestSubmitted);
