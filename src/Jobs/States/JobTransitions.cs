using System.Collections.Frozen;

namespace ImageSdk.Jobs.States;

/// <summary>What can befall a job.</summary>
enum JobTrigger
{
    /// <summary>A worker takes it.</summary>
    Claim,

    /// <summary>The worker has done it.</summary>
    Complete,

    /// <summary>The attempt failed or the worker was lost; attempts are left.</summary>
    Retry,

    /// <summary>The attempt failed or the worker was lost, for the last time.</summary>
    Fail,

    /// <summary>The worker gives it back undone.</summary>
    Release,

    /// <summary>Someone asks for its end.</summary>
    Cancel,
}

/// <summary>The state machine of jobs. What is not in the table does not happen.</summary>
static class JobTransitions
{
    static readonly FrozenDictionary<(JobState, JobTrigger), (JobState State, JobEventKind Event)> Table =
        new Dictionary<(JobState, JobTrigger), (JobState, JobEventKind)>
        {
            [(JobState.Queued, JobTrigger.Claim)] = (JobState.Running, JobEventKind.Claimed),
            [(JobState.Queued, JobTrigger.Cancel)] = (JobState.Cancelled, JobEventKind.Cancelled),

            [(JobState.Running, JobTrigger.Complete)] = (JobState.Succeeded, JobEventKind.Succeeded),
            [(JobState.Running, JobTrigger.Retry)] = (JobState.Queued, JobEventKind.Retrying),
            [(JobState.Running, JobTrigger.Fail)] = (JobState.Failed, JobEventKind.Failed),
            [(JobState.Running, JobTrigger.Release)] = (JobState.Queued, JobEventKind.Released),
            [(JobState.Running, JobTrigger.Cancel)] = (JobState.Cancelling, JobEventKind.Cancelling),

            // Work that was done before its worker heard of the cancellation is done: its result stands.
            [(JobState.Cancelling, JobTrigger.Complete)] = (JobState.Succeeded, JobEventKind.Succeeded),
            [(JobState.Cancelling, JobTrigger.Retry)] = (JobState.Cancelled, JobEventKind.Cancelled),
            [(JobState.Cancelling, JobTrigger.Fail)] = (JobState.Cancelled, JobEventKind.Cancelled),
            [(JobState.Cancelling, JobTrigger.Release)] = (JobState.Cancelled, JobEventKind.Cancelled),
        }.ToFrozenDictionary();

    /// <summary>Where the trigger takes a job, and what its history says; null where it means nothing in that state.</summary>
    public static (JobState State, JobEventKind Event)? Find(JobState from, JobTrigger trigger)
        => Table.TryGetValue((from, trigger), out var to) ? to : null;
}
