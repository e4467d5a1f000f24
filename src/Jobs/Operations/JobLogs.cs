using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Operations;

/// <summary>Logs, in chunks.</summary>
sealed class JobLogs(JobDatabase database)
{
    /// <summary>How many bytes a chunk has at most.</summary>
    public const int LargestChunk = 64 << 10;

    const int PageSize = 16;

    sealed record ChunkRow
    {
        public long Start { get; init; }
        public long Attempt { get; init; }
        public required byte[] Bytes { get; init; }
    }

    /// <summary>Where the log ends.</summary>
    public static async Task<long> LengthAsync(JobTransaction transaction, long job)
        => await transaction.FirstAsync<long?>("SELECT length FROM joblogs WHERE job = @job", new { job }) ?? 0;

    /// <summary>Adds to the log of a leased job and returns its new end.</summary>
    /// <param name="start">Where the writer believes the log to end: what is there already was written by the same call, whose answer was lost.</param>
    public async Task<long> AppendAsync(long job, string token, long start, ReadOnlyMemory<byte> bytes, TimeSpan? patience, CancellationToken cancel)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(bytes.Length, LargestChunk)..])
            start = await AppendChunkAsync(job, token, start, bytes[..Math.Min(bytes.Length, LargestChunk)].ToArray(), patience, cancel);
        return start;
    }

    Task<long> AppendChunkAsync(long job, string token, long start, byte[] bytes, TimeSpan? patience, CancellationToken cancel)
        => database.WriteAsync(async transaction =>
        {
            var row = await JobChanges.LockLeasedAsync(transaction, job, token);
            var end = start + bytes.Length;
            if (await LengthAsync(transaction, job) >= end)
                return end;
            await transaction.ExecuteAsync(
                "INSERT INTO joblogchunks (job, start, attempt, bytes) VALUES (@job, @start, @attempt, @bytes)",
                new { job, start, attempt = row.Attempt, bytes });
            var limit = database.Options.History.MaxLogBytes;
            await transaction.ExecuteAsync("UPDATE joblogs SET length = @end, kept = @kept WHERE job = @job", new { job, end, kept = Math.Min(end, limit) });
            if (end > limit)
                await transaction.ExecuteAsync("DELETE FROM joblogchunks WHERE job = @job AND start >= @from AND start < @to",
                    new { job, from = limit / 2, to = end - limit / 2 - LargestChunk });
            transaction.Announce(new(WakeKind.Job, job));
            return end;
        }, cancel, patience);

    /// <summary>Some chunks from a position on, the first of which may begin before it.</summary>
    public static async Task<List<JobLogChunk>> ReadAsync(JobTransaction transaction, long job, long from)
        => [.. (await transaction.ListAsync<ChunkRow>(
                """
                SELECT start, attempt, bytes FROM joblogchunks
                WHERE job = @job AND start >= (SELECT coalesce(max(start), 0) FROM joblogchunks WHERE job = @job AND start <= @from)
                ORDER BY start LIMIT @limit
                """, new { job, from, limit = PageSize }))
            .Select(row => new JobLogChunk(row.Start, (int)row.Attempt, row.Bytes))
            .Where(chunk => chunk.End > from)
            .Select(chunk => chunk.Start >= from ? chunk : new JobLogChunk(from, chunk.Attempt, chunk.Bytes[(int)(from - chunk.Start)..]))];
}
