using ImageSdk.Jobs.Operations;
using ImageSdk.Jobs.States;
using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Queues;

/// <summary>What a heartbeat brings back.</summary>
public enum LeaseSignal
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>Stop, and then fail or release the job.</summary>
    Cancel,
}

/// <summary>
/// A worker's right to a job. Each write carries the token that was drawn for the claim; once the job went to someone else, all of them fail
/// with <see cref="LeaseLostException"/>. Each may be repeated when its answer was lost.
/// </summary>
public sealed class JobLease
{
    readonly JobDatabase database;
    readonly JobLogs logs;
    readonly long started;
    readonly SemaphoreSlim appending = new(1, 1);
    long? logEnd;

    internal JobLease(JobDatabase database, JobRow row)
    {
        this.database = database;
        logs = new(database);
        started = database.Clock.GetTimestamp();
        Token = row.Token!;
        Job = row.ToJob();
    }

    /// <summary>The job as it was claimed.</summary>
    public Job Job { get; }

    /// <summary>Identifies the lease, for <see cref="JobQueue.ResumeAsync"/>. Whoever has it can write for the job.</summary>
    public string Token { get; }

    /// <summary>Ends when the job is cancelled while it runs: time for a heartbeat, which tells.</summary>
    internal Task CancellationAnnounced => database.Hub.Next(new(WakeKind.Cancel, Job.Id));

    /// <summary>Says that the worker is alive.</summary>
    /// <exception cref="LeaseLostException">The lease is not held any more.</exception>
    public Task<LeaseSignal> HeartbeatAsync(CancellationToken cancel = default)
        => database.WriteAsync(async transaction => await transaction.FirstAsync<long?>(
            "UPDATE jobs SET beat = beat + 1 WHERE id = @id AND token = @token AND state IN (1, 2) RETURNING state", new { id = Job.Id, token = Token }) switch
        {
            null => throw new LeaseLostException(Job.Id),
            (long)JobState.Cancelling => LeaseSignal.Cancel,
            _ => LeaseSignal.Continue,
        }, cancel);

    /// <summary>Adds an event to the job's history, such as the begin of a stage.</summary>
    /// <exception cref="LeaseLostException">The lease is not held any more.</exception>
    public Task ReportAsync(string text, CancellationToken cancel = default)
        => database.WriteAsync(async transaction =>
        {
            var row = await JobChanges.LockLeasedAsync(transaction, Job.Id, Token);
            await JobChanges.AddEventAsync(transaction, row, JobEventKind.Progress, text, database.Now);
            return true;
        }, cancel);

    /// <summary>Adds to the job's log. Many small pieces cost as many transactions: collect them.</summary>
    /// <exception cref="LeaseLostException">The lease is not held any more.</exception>
    public async Task AppendLogAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel = default)
    {
        await appending.WaitAsync(cancel);
        try
        {
            logEnd ??= await database.ReadAsync(transaction => JobLogs.LengthAsync(transaction, Job.Id), cancel);
            logEnd = await logs.AppendAsync(Job.Id, Token, logEnd.Value, bytes, null, cancel);
        }
        finally
        {
            appending.Release();
        }
    }

    /// <summary>Ends the job with a result.</summary>
    /// <exception cref="LeaseLostException">The lease is not held any more.</exception>
    public Task CompleteAsync(string? result, CancellationToken cancel = default)
        => EndAsync((transaction, row) => JobChanges.ApplyAsync(transaction, row, JobTrigger.Complete, null, database.Now,
            after => after with { Result = result, Failure = null, Elapsed = (long)Elapsed.TotalMilliseconds }), cancel);

    /// <summary>Ends the attempt with a reason. There is another after a while where attempts are left and it is not final.</summary>
    /// <exception cref="LeaseLostException">The lease is not held any more.</exception>
    public Task FailAsync(string reason, bool final = false, CancellationToken cancel = default)
        => EndAsync((transaction, row) => JobChanges.EndAttemptAsync(
            transaction, row, reason, final, database.Options.RetryDelay((int)row.Attempt), database.Now, Elapsed), cancel);

    /// <summary>Gives the job back, for another worker. The attempt does not count.</summary>
    /// <exception cref="LeaseLostException">The lease is not held any more.</exception>
    public Task ReleaseAsync(string reason, CancellationToken cancel = default)
        => EndAsync((transaction, row) => JobChanges.ApplyAsync(transaction, row, JobTrigger.Release, reason, database.Now,
            after => after with { Attempt = row.Attempt - 1, Elapsed = (long)Elapsed.TotalMilliseconds }), cancel);

    TimeSpan Elapsed => database.Clock.GetElapsedTime(started);

    Task EndAsync(Func<JobTransaction, JobRow, Task<JobRow?>> change, CancellationToken cancel)
    {
        var first = true;
        return database.WriteAsync(async transaction =>
        {
            var row = await JobChanges.LockAsync(transaction, Job.Id);
            // With our token and without a lease: the same call ended it before, and its answer was lost.
            if (!first && row?.Token == Token && !row.JobState.IsLeased())
                return true;
            first = false;
            if (row is null || row.Token != Token || !row.JobState.IsLeased())
                throw new LeaseLostException(Job.Id);
            await change(transaction, row);
            return true;
        }, cancel);
    }
}
