namespace ImageSdk.Jobs;

/// <summary>Where a job is in its life. The numbers are those of the database.</summary>
public enum JobState
{
    /// <summary>Waits for a worker.</summary>
    Queued = 0,

    /// <summary>A worker holds its lease.</summary>
    Running = 1,

    /// <summary>A worker holds its lease and has yet to hear, or to act on, that the job is cancelled.</summary>
    Cancelling = 2,

    /// <summary>Done, with a result.</summary>
    Succeeded = 3,

    /// <summary>Given up, with a reason.</summary>
    Failed = 4,

    /// <summary>Ended because someone asked for it.</summary>
    Cancelled = 5,
}

/// <summary>Groups of states.</summary>
public static class JobStates
{
    /// <summary>Whether nothing happens to the job any more.</summary>
    public static bool IsFinal(this JobState state) => state is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>Whether a worker holds the job's lease.</summary>
    public static bool IsLeased(this JobState state) => state is JobState.Running or JobState.Cancelling;
}
