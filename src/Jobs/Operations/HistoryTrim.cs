using ImageSdk.Jobs.Stores;

namespace ImageSdk.Jobs.Operations;

/// <summary>Keeps the history within its limits. In small transactions, so that no one waits for long.</summary>
sealed class HistoryTrim(JobDatabase database)
{
    const int BatchSize = 200;
    const int PageSize = 2000;

    sealed record EndedRow
    {
        public long Id { get; init; }
        public long? Finished { get; init; }
    }

    sealed record LogRow
    {
        public long Job { get; init; }
        public long Kept { get; init; }
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        while (await database.WriteAsync(DeleteJobsAsync, cancel))
            cancel.ThrowIfCancellationRequested();
        if (await FindFirstLogToGoAsync(cancel) is { } last)
            while (await database.WriteAsync(transaction => DeleteLogsAsync(transaction, last), cancel))
                cancel.ThrowIfCancellationRequested();
    }

    /// <summary>Deletes the oldest jobs that are too many or too old; false when there were none.</summary>
    async Task<bool> DeleteJobsAsync(JobTransaction transaction)
    {
        var limits = database.Options.History;
        var tooMany = await transaction.FirstAsync<long?>(
            "SELECT id FROM jobs WHERE state IN (3, 4, 5) ORDER BY id DESC LIMIT 1 OFFSET @count", new { count = limits.MaxJobs }) ?? long.MinValue;
        var tooOld = limits.MaxAge is { } age ? database.Now - (long)age.TotalMilliseconds : long.MinValue;
        var oldest = await transaction.ListAsync<EndedRow>(
            "SELECT id, finished FROM jobs WHERE state IN (3, 4, 5) ORDER BY id LIMIT @limit", new { limit = BatchSize });
        var doomed = oldest.Where(row => row.Id <= tooMany || row.Finished < tooOld).Select(row => row.Id).ToList();
        if (doomed.Count > 0)
            await transaction.ExecuteAsync($"DELETE FROM jobs WHERE id {transaction.In("doomed")}", new { doomed });
        return doomed.Count > 0;
    }

    /// <summary>The number of the newest job whose log is beyond the limit of all logs together.</summary>
    async Task<long?> FindFirstLogToGoAsync(CancellationToken cancel)
    {
        var total = 0L;
        for (var before = long.MaxValue; ;)
        {
            var page = await database.ReadAsync(transaction => transaction.ListAsync<LogRow>(
                "SELECT job, kept FROM joblogs WHERE job < @before ORDER BY job DESC LIMIT @limit", new { before, limit = PageSize }), cancel);
            foreach (var row in page)
                if ((total += row.Kept) > database.Options.History.MaxTotalLogBytes)
                    return row.Job;
            if (page.Count < PageSize)
                return null;
            before = page[^1].Job;
        }
    }

    static async Task<bool> DeleteLogsAsync(JobTransaction transaction, long last)
    {
        // What is running goes on writing.
        var doomed = await transaction.ListAsync<long>(
            """
            SELECT job FROM joblogs WHERE job <= @last AND NOT EXISTS (SELECT 1 FROM jobs WHERE id = job AND state IN (0, 1, 2))
            ORDER BY job LIMIT @limit
            """, new { last, limit = BatchSize });
        if (doomed.Count > 0)
            await transaction.ExecuteAsync($"DELETE FROM joblogs WHERE job {transaction.In("doomed")}", new { doomed });
        return doomed.Count > 0;
    }
}
