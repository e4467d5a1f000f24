using ImageSdk.Jobs.States;
using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Operations;

/// <summary>Reads and changes single jobs within a transaction.</summary>
static class JobChanges
{
    public static Task<JobRow?> FindAsync(JobTransaction transaction, long id)
        => transaction.FirstAsync<JobRow>($"SELECT {JobRow.Columns} FROM jobs WHERE id = @id", new { id });

    /// <summary>Reads a job and keeps others from changing it until the transaction ends.</summary>
    public static Task<JobRow?> LockAsync(JobTransaction transaction, long id)
        => transaction.FirstAsync<JobRow>($"SELECT {JobRow.Columns} FROM jobs WHERE id = @id {transaction.ForUpdate}", new { id });

    /// <summary>Reads a job that the caller holds the lease of; the lease cannot be lost until the transaction ends.</summary>
    /// <exception cref="LeaseLostException">The caller does not hold it.</exception>
    public static async Task<JobRow> LockLeasedAsync(JobTransaction transaction, long id, string token)
        => await LockAsync(transaction, id) is { } row && row.Token == token && row.JobState.IsLeased() ? row : throw new LeaseLostException(id);

    /// <summary>
    /// Takes a locked job through the state machine, with further changes to its row. Null where the trigger means nothing in its state.
    /// </summary>
    public static async Task<JobRow?> ApplyAsync(
        JobTransaction transaction, JobRow row, JobTrigger trigger, string? text, long now, Func<JobRow, JobRow>? change = null)
    {
        if (row.After(trigger, now) is not var (after, kind))
            return null;
        if (change is not null)
            after = change(after);
        await transaction.ExecuteAsync(JobRow.Update, after);
        await AddEventAsync(transaction, after, kind, text, now);
        if (after.JobState == JobState.Queued)
            transaction.Announce(new(WakeKind.Queue));
        if (after.JobState == JobState.Cancelling)
            transaction.Announce(new(WakeKind.Cancel, row.Id));
        // The end of a job may let its owner have another.
        if (row.JobState.IsLeased() && after.JobState.IsFinal())
            transaction.Announce(new(WakeKind.Queue));
        return after;
    }

    public static async Task AddEventAsync(JobTransaction transaction, JobRow row, JobEventKind kind, string? text, long now)
    {
        await transaction.ExecuteAsync(
            """
            INSERT INTO jobevents (job, seq, at, kind, attempt, text)
            VALUES (@job, (SELECT coalesce(max(seq), 0) + 1 FROM jobevents WHERE job = @job), @now, @kind, @attempt, @text)
            """,
            new { job = row.Id, now, kind = kind.ToString(), attempt = row.Attempt, text });
        transaction.Announce(new(WakeKind.Job, row.Id));
    }

    /// <summary>An attempt came to nothing: there is another, after a while, or there are none left.</summary>
    public static Task<JobRow?> EndAttemptAsync(JobTransaction transaction, JobRow row, string reason, bool final, TimeSpan delay, long now, TimeSpan? elapsed)
    {
        // Who cancelled it says more than how its worker stopped.
        if (row.JobState == JobState.Cancelling)
            reason = row.Failure ?? reason;
        return ApplyAsync(transaction, row, final || row.Attempt >= row.MaxAttempts ? JobTrigger.Fail : JobTrigger.Retry, reason, now, after => after with
        {
            Failure = reason,
            Elapsed = (long?)elapsed?.TotalMilliseconds,
            DelayedSince = after.JobState == JobState.Queued && delay > TimeSpan.Zero ? now : null,
            NotBefore = after.JobState == JobState.Queued && delay > TimeSpan.Zero ? now + (long)delay.TotalMilliseconds : null,
        });
    }
}
