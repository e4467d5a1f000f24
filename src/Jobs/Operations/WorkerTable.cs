using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Operations;

/// <summary>Workers that have registered, for people, and whether they are to take jobs.</summary>
sealed class WorkerTable(JobDatabase database)
{
    /// <summary>What is listed at most.</summary>
    const int Limit = 10_000;

    /// <summary>How long a worker that is gone without a word stays listed, in leases.</summary>
    const int LeasesKept = 60;

    sealed record Row(
        string Name, string Process, string Kinds, string Architectures, string Labels, long Slots, long Draining, long Started, long Seen);

    /// <summary>Enters a worker in the place of one of its name that has ended. Whether that one drained stays.</summary>
    /// <exception cref="JobException">IMG7350: a process of this machine that lives has the name.</exception>
    public Task RegisterAsync(WorkerProfile worker, int slots, string process, CancellationToken cancel) => database.WriteAsync(async transaction =>
    {
        var now = database.Now;
        await transaction.ExecuteAsync("DELETE FROM jobworkers WHERE seen < @old AND draining = 0", new { old = now - (long)(LeasesKept * database.Options.LeaseTime).TotalMilliseconds });
        if (await transaction.FirstAsync<string>("SELECT process FROM jobworkers WHERE name = @name", new { name = worker.Name }) is { } other
            && other != process && ProcessIdentity.IsAlive(other))
            throw NameTaken(worker.Name);
        await transaction.ExecuteAsync(
            """
            INSERT INTO jobworkers (name, process, kinds, architectures, labels, slots, started, seen)
            VALUES (@name, @process, @kinds, @architectures, @labels, @slots, @now, @now)
            ON CONFLICT (name) DO UPDATE SET process = @process, kinds = @kinds, architectures = @architectures, labels = @labels, slots = @slots, started = @now, seen = @now
            """,
            new
            {
                name = worker.Name,
                process,
                kinds = Join(worker.Kinds),
                architectures = Join(worker.Architectures),
                labels = Join(worker.Labels),
                slots = (long)slots,
                now,
            });
        return true;
    }, cancel);

    /// <summary>Says that a worker is alive.</summary>
    /// <returns>Whether it is to take no further jobs.</returns>
    /// <exception cref="JobException">IMG7350: another process has the name by now.</exception>
    public Task<bool> BeatAsync(string name, string process, CancellationToken cancel) => database.WriteAsync(async transaction =>
        await transaction.FirstAsync<long?>("UPDATE jobworkers SET seen = @now WHERE name = @name AND process = @process RETURNING draining", new { name, process, now = database.Now }) switch
        {
            null => throw NameTaken(name),
            var draining => draining != 0,
        }, cancel);

    /// <summary>Strikes a worker off that ends. One that drains stays, so that its successor drains too.</summary>
    public Task LeaveAsync(string name, string process, CancellationToken cancel) => database.WriteAsync(
        transaction => transaction.ExecuteAsync("DELETE FROM jobworkers WHERE name = @name AND process = @process AND draining = 0", new { name, process }), cancel);

    /// <summary>Has a worker take no further jobs, or take them again.</summary>
    /// <returns>Whether there is a worker of the name.</returns>
    public Task<bool> DrainAsync(string name, bool drain, CancellationToken cancel) => database.WriteAsync(async transaction =>
    {
        // Those that wait for jobs look again.
        transaction.Announce(new(WakeKind.Queue));
        return await transaction.ExecuteAsync("UPDATE jobworkers SET draining = @drain WHERE name = @name", new { name, drain = drain ? 1L : 0L }) > 0;
    }, cancel);

    /// <summary>Whether a worker may claim. Those that have not registered may.</summary>
    public static async Task<bool> MayClaimAsync(JobTransaction transaction, string name) =>
        await transaction.FirstAsync<long?>("SELECT draining FROM jobworkers WHERE name = @name", new { name }) is null or 0;

    public Task<IReadOnlyList<KnownWorker>> ListAsync(CancellationToken cancel) => database.ReadAsync<IReadOnlyList<KnownWorker>>(async transaction =>
    {
        var rows = await transaction.ListAsync<Row>(
            "SELECT name, process, kinds, architectures, labels, slots, draining, started, seen FROM jobworkers ORDER BY name LIMIT @limit", new { limit = (long)Limit });
        var running = (await transaction.ListAsync<JobRow>($"SELECT {JobRow.Columns} FROM jobs WHERE state IN (1, 2) ORDER BY id")).ToLookup(row => row.Worker);
        return [.. rows.Select(row => new KnownWorker(
            new(row.Name, Split(row.Kinds)) { Architectures = Split(row.Architectures), Labels = Split(row.Labels) }, (int)row.Slots, row.Draining != 0,
            DateTimeOffset.FromUnixTimeMilliseconds(row.Started), DateTimeOffset.FromUnixTimeMilliseconds(row.Seen), [.. running[row.Name].Select(each => each.ToJob())]))];
    }, cancel);

    static string Join(IEnumerable<string> values) => string.Join('\n', values);

    static string[] Split(string values) => values.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static JobException NameTaken(string name) =>
        new("IMG7350", $"Another process is the worker {name}. Give each worker of a queue a name of its own (-name).");
}
