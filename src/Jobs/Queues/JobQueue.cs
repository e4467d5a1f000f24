using System.Runtime.CompilerServices;
using ImageSdk.Jobs.Operations;
using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Queues;

/// <summary>
/// Jobs that take minutes: submitted, watched and cancelled here, and claimed by workers, in this process or others. Safe for use by many
/// threads. Operations wait for a database that is away (<see cref="JobQueueOptions.Patience"/>) and fail with <see cref="JobException"/>.
/// </summary>
public sealed class JobQueue : IAsyncDisposable
{
    readonly JobDatabase database;
    readonly JobSubmissions submissions;
    readonly JobClaims claims;
    readonly WorkerTable workers;
    readonly CancellationTokenSource closing = new();
    readonly List<Task> background = [];

    JobQueue(JobDatabase database)
    {
        this.database = database;
        submissions = new(database);
        claims = new(database);
        workers = new(database);
    }

    internal JobDatabase Database => database;

    /// <summary>How the queue behaves.</summary>
    public JobQueueOptions Options => database.Options;

    /// <summary>Opens a queue, and makes it where it is not there.</summary>
    /// <param name="connection">The path of a SQLite file, or a connection string or URI of PostgreSQL.</param>
    /// <param name="options">How the queue behaves.</param>
    /// <param name="cancel">Ends the wait for a database that is away.</param>
    /// <exception cref="JobException">IMG7280, IMG7281 or IMG7282: there is no such database, it stays away, or a newer program made it.</exception>
    public static async Task<JobQueue> OpenAsync(string connection, JobQueueOptions? options = null, CancellationToken cancel = default)
    {
        var database = new JobDatabase(JobStores.Open(connection), options ?? new(), new());
        var queue = new JobQueue(database);
        try
        {
            await database.PrepareAsync(cancel);
        }
        catch
        {
            await queue.DisposeAsync();
            throw;
        }
        queue.background.Add(queue.ListenAsync());
        if (database.Options.Maintain)
            queue.background.Add(Task.Run(() => new LeaseWatch(database).RunAsync(queue.closing.Token), CancellationToken.None));
        return queue;
    }

    Task ListenAsync() => Task.Run(() => database.Store.ListenAsync(database.Hub, text => Options.Report?.Invoke(text), closing.Token));

    /// <summary>Asks for a job. A request whose key is that of a queued or running job of the kind joins that one.</summary>
    /// <exception cref="JobException">IMG7284: the request says something impossible.</exception>
    public Task<JobSubmission> SubmitAsync(JobRequest request, CancellationToken cancel = default) => submissions.SubmitAsync(request, cancel);

    /// <summary>The job as it is now; null where there is none of the number (any more).</summary>
    public Task<Job?> FindAsync(long id, CancellationToken cancel = default)
        => database.ReadAsync(async transaction => (await JobChanges.FindAsync(transaction, id))?.ToJob(), cancel);

    /// <summary>A page of jobs, the newest first.</summary>
    public Task<IReadOnlyList<Job>> ListAsync(JobFilter filter, CancellationToken cancel = default)
        => database.ReadAsync<IReadOnlyList<Job>>(
            async transaction => [.. (await JobLists.FilterAsync(transaction, filter)).Select(row => row.ToJob())], cancel);

    /// <summary>How many jobs of each kind are queued, running and cancelling.</summary>
    public Task<IReadOnlyList<JobCount>> CountAsync(CancellationToken cancel = default)
        => database.ReadAsync<IReadOnlyList<JobCount>>(async transaction => await JobLists.CountAsync(transaction), cancel);

    /// <summary>
    /// Cancels a job for all who wait for it. A queued one is cancelled at once; the worker of a running one hears of it. One that has ended stays
    /// as it is.
    /// </summary>
    /// <returns>The job after that; null where there is none.</returns>
    public Task<Job?> CancelAsync(long id, string reason, CancellationToken cancel = default) => submissions.CancelAsync(id, reason, cancel);

    /// <summary>Withdraws one request. The job is cancelled when no request is left.</summary>
    /// <param name="ticket">The mark of the request, from <see cref="JobSubmission"/>.</param>
    /// <param name="cancel">Ends the wait for the database.</param>
    /// <returns>The job after that; null where no request has the mark.</returns>
    public Task<Job?> WithdrawAsync(string ticket, CancellationToken cancel = default) => submissions.WithdrawAsync(ticket, cancel);

    /// <summary>Waits for the end of a job.</summary>
    /// <returns>The job in its final state; null where there is none (any more).</returns>
    public async Task<Job?> WaitAsync(long id, CancellationToken cancel = default)
    {
        while (true)
        {
            var changed = database.Hub.Next(new(WakeKind.Job, id));
            if (await FindAsync(id, cancel) is var job && job?.State.IsFinal() != false)
                return job;
            await WakeHub.WaitAsync(changed, null, database.Clock, cancel);
        }
    }

    /// <summary>The events of a job, and further ones as they happen until the job ends.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="after">Leaves out events up to this sequence number.</param>
    /// <param name="follow">Whether to wait for further ones.</param>
    /// <param name="cancel">Ends the stream with an exception.</param>
    public IAsyncEnumerable<JobEvent> EventsAsync(long id, long after = 0, bool follow = true, CancellationToken cancel = default)
        => FollowAsync(id, follow, after, (transaction, from) => JobLists.EventsAsync(transaction, id, from), last => last.Sequence, cancel);

    /// <summary>The log of a job, and more of it as it grows until the job ends.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="from">Where to begin, in bytes.</param>
    /// <param name="follow">Whether to wait for more.</param>
    /// <param name="cancel">Ends the stream with an exception.</param>
    public IAsyncEnumerable<JobLogChunk> LogAsync(long id, long from = 0, bool follow = true, CancellationToken cancel = default)
        => FollowAsync(id, follow, from, (transaction, start) => JobLogs.ReadAsync(transaction, id, start), last => last.End, cancel);

    async IAsyncEnumerable<T> FollowAsync<T>(
        long id, bool follow, long position, Func<JobTransaction, long, Task<List<T>>> read, Func<T, long> positionAfter,
        [EnumeratorCancellation] CancellationToken cancel)
    {
        while (true)
        {
            var changed = database.Hub.Next(new(WakeKind.Job, id));
            // The state before the entries: what is written between the two is read now, or the job is not seen to have ended yet.
            var from = position;
            var (ended, entries) = await database.ReadAsync(async transaction =>
            {
                var row = await JobChanges.FindAsync(transaction, id);
                return (row?.JobState.IsFinal() != false, await read(transaction, from));
            }, cancel);
            foreach (var entry in entries)
            {
                yield return entry;
                position = positionAfter(entry);
            }
            if (entries.Count > 0)
                continue;
            if (ended || !follow)
                yield break;
            await WakeHub.WaitAsync(changed, null, database.Clock, cancel);
        }
    }

    /// <summary>Waits for a job that the worker can do, and takes it.</summary>
    /// <remarks>The holder calls <see cref="JobLease.HeartbeatAsync"/> several times within <see cref="JobQueueOptions.LeaseTime"/>, or loses the job.</remarks>
    public async Task<JobLease> ClaimAsync(WorkerProfile worker, CancellationToken cancel = default)
    {
        while (true)
        {
            var changed = database.Hub.Next(new(WakeKind.Queue));
            var (row, again) = await claims.ClaimAsync(worker, ProcessIdentity.Own, cancel);
            if (row is not null)
                return new(database, row);
            if (again != TimeSpan.Zero)
                await WakeHub.WaitAsync(changed, again, database.Clock, cancel);
        }
    }

    /// <summary>Takes a job that the worker can do; null where there is none at the moment.</summary>
    public async Task<JobLease?> TryClaimAsync(WorkerProfile worker, CancellationToken cancel = default)
    {
        while (true)
        {
            var (row, again) = await claims.ClaimAsync(worker, ProcessIdentity.Own, cancel);
            if (row is not null)
                return new(database, row);
            if (again is null || again > JobClaims.LockedPause)
                return null;
            await Task.Delay(again.Value, database.Clock, cancel);
        }
    }

    /// <summary>Goes on with a lease that another process took, such as one that handed the job to a batch system.</summary>
    /// <param name="id">The job's number.</param>
    /// <param name="token">The token of its lease.</param>
    /// <param name="cancel">Ends the wait for the database.</param>
    /// <exception cref="LeaseLostException">The lease is not held any more.</exception>
    public Task<JobLease> ResumeAsync(long id, string token, CancellationToken cancel = default)
        => database.WriteAsync(async transaction =>
        {
            var row = await JobChanges.LockLeasedAsync(transaction, id, token);
            row = row with { Process = ProcessIdentity.Own, Beat = row.Beat + 1 };
            await transaction.ExecuteAsync(JobRow.Update, row);
            return new JobLease(database, row);
        }, cancel);

    /// <summary>Workers that have registered (<see cref="Running.WorkerPresence"/>), by name.</summary>
    public Task<IReadOnlyList<KnownWorker>> WorkersAsync(CancellationToken cancel = default) => workers.ListAsync(cancel);

    /// <summary>Has a worker that has registered take no further jobs, or take them again. It finishes those that it has.</summary>
    /// <returns>Whether there is a worker of the name.</returns>
    public Task<bool> DrainAsync(string worker, bool drain, CancellationToken cancel = default) => workers.DrainAsync(worker, drain, cancel);

    internal WorkerTable Workers => workers;

    /// <summary>Removes now what is beyond the limits of the history, which else happens every ten minutes.</summary>
    public Task TrimHistoryAsync(CancellationToken cancel = default) => new HistoryTrim(database).RunAsync(cancel);

    /// <summary>Ends what waits in the background. Jobs stay as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        if (closing.IsCancellationRequested)
            return;
        await closing.CancelAsync();
        foreach (var task in background)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await database.DisposeAsync();
    }
}
