using ImageSdk.Jobs.Stores;

namespace ImageSdk.Jobs.Operations;

/// <summary>Takes jobs from workers that were lost, and keeps the history short.</summary>
sealed class LeaseWatch(JobDatabase database)
{
    static readonly TimeSpan TrimInterval = TimeSpan.FromMinutes(10);

    TimeSpan Interval { get; } = database.Options.LeaseTime / 4;

    public async Task RunAsync(CancellationToken cancel)
    {
        var observer = new LeaseObserver(database.Clock, Interval);
        var trim = new HistoryTrim(database);
        long? trimmed = null;
        using var timer = new PeriodicTimer(Interval, database.Clock);
        do
            try
            {
                foreach (var lost in observer.Observe(await LookAsync(cancel)))
                    await ExpireAsync(lost, cancel);
                if (trimmed is not { } before || database.Clock.GetElapsedTime(before) >= TrimInterval)
                {
                    await trim.RunAsync(cancel);
                    trimmed = database.Clock.GetTimestamp();
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                database.Options.Report?.Invoke($"lost workers cannot be looked for: {exception.Message}");
            }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>
    /// Reads the leases, and writes, which takes as long as the workers' writes do: a database that is locked, full or read-only holds up both.
    /// </summary>
    public Task<List<ObservedLease>> LookAsync(CancellationToken cancel)
        => database.WriteAsync(async transaction =>
        {
            var leases = await transaction.ListAsync<ObservedLease>("SELECT id, token, beat, lease, process, worker FROM jobs WHERE state IN (1, 2)");
            if (leases.Count > 0)
                await transaction.ExecuteAsync("UPDATE jobwatch SET looks = looks + 1");
            return leases;
        }, cancel);

    /// <summary>Ends the attempt, unless the worker spoke after all.</summary>
    public Task<bool> ExpireAsync(ObservedLease lost, CancellationToken cancel)
        => database.WriteAsync(async transaction =>
        {
            if (await JobChanges.LockAsync(transaction, lost.Id) is not { } row
                || row.Token != lost.Token || row.Beat != lost.Beat || !row.JobState.IsLeased())
                return false;
            var reason = $"its worker {row.Worker} was lost in attempt {row.Attempt} of {row.MaxAttempts}";
            return await JobChanges.EndAttemptAsync(transaction, row, reason, final: false, TimeSpan.Zero, database.Now, elapsed: null) is not null;
        }, cancel);
}
