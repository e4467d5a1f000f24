namespace ImageSdk.Jobs;

/// <summary>What happened to a job. Databases keep the names.</summary>
public enum JobEventKind
{
    /// <summary>The job was submitted.</summary>
    Submitted,

    /// <summary>Another request joined the job; the text names its owner.</summary>
    Joined,

    /// <summary>A request was withdrawn; the text names its owner.</summary>
    Withdrawn,

    /// <summary>A worker took the job; the text names it.</summary>
    Claimed,

    /// <summary>The handler tells something; the text says what.</summary>
    Progress,

    /// <summary>The attempt failed, or its worker was lost, and there will be another; the text says why.</summary>
    Retrying,

    /// <summary>The worker gave the job back; the text says why.</summary>
    Released,

    /// <summary>Someone asked for the end of a running job; the text says who or why.</summary>
    Cancelling,

    /// <summary>The job succeeded.</summary>
    Succeeded,

    /// <summary>The job failed for good; the text says why.</summary>
    Failed,

    /// <summary>The job ended as someone had asked; the text says who or why.</summary>
    Cancelled,
}

/// <summary>An entry of a job's history.</summary>
/// <param name="Sequence">Counts the events of one job from 1 on.</param>
/// <param name="At">When it happened, by the clock of the process that wrote it.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Attempt">The attempt in which it happened, 0 before the first.</param>
/// <param name="Text">More about it.</param>
public sealed record JobEvent(long Sequence, DateTimeOffset At, JobEventKind Kind, int Attempt, string? Text);

/// <summary>A piece of a job's log.</summary>
/// <param name="Start">Where it begins, in bytes. Where this is more than the end of the piece before, the log was cut in between.</param>
/// <param name="Attempt">The attempt that wrote it.</param>
/// <param name="Bytes">What was written.</param>
public sealed record JobLogChunk(long Start, int Attempt, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Where the next piece begins.</summary>
    public long End => Start + Bytes.Length;
}
