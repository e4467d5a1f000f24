using System.Security.Cryptography;
using ImageSdk.Jobs.States;
using ImageSdk.Jobs.Stores;

namespace ImageSdk.Jobs.Operations;

/// <summary>Gives jobs to workers.</summary>
sealed class JobClaims(JobDatabase database)
{
    /// <summary>
    /// Of the jobs that a worker can do: the highest priority; then the owner with the fewest jobs running; then the one who was served
    /// longest ago; then the oldest job.
    /// </summary>
    static string Next(JobTransaction transaction) =>
        $"""
        WITH busy AS (SELECT owner, count(*) AS running FROM jobs WHERE state IN (1, 2) GROUP BY owner)
        SELECT j.id FROM jobs j
            JOIN jobowners o ON o.owner = j.owner
            LEFT JOIN busy ON busy.owner = j.owner
        WHERE j.state = 0
            AND j.kind {transaction.In("kinds")}
            AND (j.architecture IS NULL OR j.architecture {transaction.In("architectures")})
            AND (j.notbefore IS NULL OR j.notbefore <= @now OR j.delayedsince > @now)
            AND NOT EXISTS (SELECT 1 FROM joblabels l WHERE l.job = j.id AND NOT (l.label {transaction.In("labels")}))
            AND coalesce(busy.running, 0) < @limit
        ORDER BY j.priority DESC, coalesce(busy.running, 0), o.served, j.id
        LIMIT 1
        """;

    /// <summary>How long transactions that have a job locked may take; more than most do.</summary>
    public static readonly TimeSpan LockedPause = TimeSpan.FromMilliseconds(20);

    static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>
    /// The next job, running; or null and when to look again though nothing is announced: delays end by themselves.
    /// </summary>
    public Task<(JobRow? Row, TimeSpan? Again)> ClaimAsync(WorkerProfile worker, string? process, CancellationToken cancel)
    {
        // Known when the claim is run a second time because the answer to the first was lost.
        var token = NewToken();
        return database.WriteAsync(async transaction =>
        {
            var now = database.Now;
            var earlier = await transaction.FirstAsync<JobRow>(
                $"SELECT {JobRow.Columns} FROM jobs WHERE state IN (1, 2) AND token = @token", new { token });
            if (earlier is not null)
                return (earlier, null);
            if (!await WorkerTable.MayClaimAsync(transaction, worker.Name))
                return (null, null);
            var arguments = new
            {
                kinds = worker.Kinds.ToArray(),
                architectures = worker.Architectures.ToArray(),
                labels = worker.Labels.ToArray(),
                now,
                limit = database.Options.MaxRunningPerOwner ?? int.MaxValue,
            };
            if (await transaction.FirstAsync<long?>($"{Next(transaction)} {transaction.SkipLocked}", arguments) is not { } id)
                return ((JobRow?)null, await AgainAsync(transaction, arguments, now));
            var row = (await JobChanges.LockAsync(transaction, id))!;
            if (!await ServeAsync(transaction, row.Owner))
                return (null, TimeSpan.Zero);
            var claimed = await JobChanges.ApplyAsync(transaction, row, JobTrigger.Claim, worker.Name, now, after => after with
            {
                Attempt = after.Attempt + 1,
                Worker = worker.Name,
                Process = process,
                Token = token,
                Beat = 0,
                Lease = (long)database.Options.LeaseTime.TotalMilliseconds,
                Started = now,
                Elapsed = null,
            });
            return (claimed, null);
        }, cancel);
    }

    /// <summary>
    /// Moves the owner to the end of the line. Claims for one owner meet at this row; so the limit is looked at once more here, where
    /// those before have been committed.
    /// </summary>
    async Task<bool> ServeAsync(JobTransaction transaction, string owner)
    {
        await transaction.ExecuteAsync(
            "UPDATE jobowners SET served = (SELECT coalesce(max(served), 0) + 1 FROM jobowners) WHERE owner = @owner", new { owner });
        if (database.Options.MaxRunningPerOwner is not { } limit)
            return true;
        var running = await transaction.FirstAsync<long>("SELECT count(*) FROM jobs WHERE owner = @owner AND state IN (1, 2)", new { owner });
        return running < limit;
    }

    static async Task<TimeSpan?> AgainAsync(JobTransaction transaction, object arguments, long now)
    {
        // One that was skipped because another transaction had it, which may leave it as it is: no one would announce it again.
        if (transaction.SkipLocked.Length > 0 && await transaction.FirstAsync<long?>(Next(transaction), arguments) is not null)
            return LockedPause;
        return await transaction.FirstAsync<long?>("SELECT min(notbefore) FROM jobs WHERE state = 0 AND notbefore > @now", new { now }) is { } next
            ? TimeSpan.FromMilliseconds(next - now)
            : null;
    }
}
