using ImageSdk.Jobs.Stores;

namespace ImageSdk.Jobs.Operations;

/// <summary>Queries over many jobs, and a job's events. Each is answered from an index, whatever the length of the history.</summary>
static class JobLists
{
    sealed record EventRow
    {
        public long Seq { get; init; }
        public long At { get; init; }
        public required string Kind { get; init; }
        public long Attempt { get; init; }
        public string? Text { get; init; }
    }

    sealed record CountRow
    {
        public required string Kind { get; init; }
        public long State { get; init; }
        public long Number { get; init; }
        public long Submitted { get; init; }
    }

    /// <summary>The newest first.</summary>
    public static Task<List<JobRow>> FilterAsync(JobTransaction transaction, JobFilter filter)
    {
        (string Condition, bool Used)[] conditions =
        [
            ("state = @state", filter.State is not null),
            ("kind = @kind", filter.Kind is not null),
            ("owner = @owner", filter.Owner is not null),
            ("key = @key", filter.Key is not null),
            ("subject = @subject", filter.Subject is not null),
            ("id < @before", filter.Before is not null),
        ];
        var used = conditions.Where(condition => condition.Used).Select(condition => condition.Condition).ToList();
        return transaction.ListAsync<JobRow>(
            $"SELECT {JobRow.Columns} FROM jobs {(used.Count > 0 ? "WHERE " : "")}{string.Join(" AND ", used)} ORDER BY id DESC LIMIT @limit",
            new { state = (long?)filter.State, kind = filter.Kind, owner = filter.Owner, key = filter.Key, subject = filter.Subject, before = filter.Before, limit = filter.Limit });
    }

    public static async Task<List<JobCount>> CountAsync(JobTransaction transaction)
        => [.. (await transaction.ListAsync<CountRow>(
                """
                SELECT kind, state, count(*) AS number, min(submitted) AS submitted FROM jobs WHERE state = 0 GROUP BY kind, state
                UNION ALL
                SELECT kind, state, count(*) AS number, min(submitted) AS submitted FROM jobs WHERE state IN (1, 2) GROUP BY kind, state
                """))
            .Select(row => new JobCount(row.Kind, (JobState)row.State, row.Number, DateTimeOffset.FromUnixTimeMilliseconds(row.Submitted)))];

    public static async Task<List<JobEvent>> EventsAsync(JobTransaction transaction, long job, long after)
        => [.. (await transaction.ListAsync<EventRow>(
                "SELECT seq, at, kind, attempt, text FROM jobevents WHERE job = @job AND seq > @after ORDER BY seq LIMIT 1000", new { job, after }))
            .Select(row => new JobEvent(row.Seq, DateTimeOffset.FromUnixTimeMilliseconds(row.At), Enum.Parse<JobEventKind>(row.Kind), (int)row.Attempt, row.Text))];
}
