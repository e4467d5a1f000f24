using System.Data.Common;
using Dapper;
using ImageSdk.Jobs.Operations;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Tests.Stores;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit.Abstractions;

namespace ImageSdk.Jobs.Tests;

/// <summary>
/// With a hundred thousand jobs in the history each statement is answered from an index. What the database means to do is asked of it,
/// with the arguments that the queue gives; no time is measured.
/// </summary>
public class QueryPlanTests(ITestOutputHelper output)
{
    const int Ended = 100_000;
    const int Queued = 200;

    [Theory, OnSqlite, OnPostgres]
    public async Task No_statement_reads_the_whole_history(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { Maintain = false, MaxRunningPerOwner = 100, RetryDelay = _ => TimeSpan.Zero, History = new() { MaxAge = TimeSpan.FromDays(10_000) } });
        await using DbConnection connection = store == Store.Sqlite
            ? new SqliteConnection($"Data Source=\"{place.Connection}\";Pooling=false")
            : new NpgsqlConnection(place.Connection);
        await connection.OpenAsync();
        await FillAsync(connection, store);

        var statements = new Dictionary<string, object?>();
        queue.Database.Observer = (sql, arguments) => { lock (statements) statements[sql] = arguments; };
        await UseEverythingAsync(queue);
        queue.Database.Observer = null;
        Assert.True(statements.Count > 35, $"only {statements.Count} statements were seen");

        var faults = new List<string>();
        foreach (var (sql, arguments) in statements.Where(statement => !statement.Key.Contains("pg_notify")))
        {
            var plan = await ExplainAsync(connection, store, sql, arguments);
            if (plan.Any(line => IsWholeTable(line, store)))
                faults.Add($"{sql}\n    {string.Join("\n    ", plan)}");
        }
        foreach (var fault in faults)
            output.WriteLine(fault);
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    /// <summary>
    /// Reads a whole table that grows with the history. The queue and what is running, which have indexes of their own, may be read from end
    /// to end; so may a table in the order of its key, as far as the limit of a page.
    /// </summary>
    static bool IsWholeTable(string line, Store store)
        => store == Store.Sqlite
            ? line.StartsWith("SCAN", StringComparison.Ordinal)
                && !line.Contains("INDEX jobs_queued") && !line.Contains("INDEX jobs_leased") && !line.Contains("INDEX jobs_ended")
                && !line.StartsWith("SCAN busy") && !line.StartsWith("SCAN o") && !line.StartsWith("SCAN CONSTANT") && !line.StartsWith("SCAN jobowners") && line != "SCAN jobwatch" && line != "SCAN jobs (paged)"
            : line.Contains("Seq Scan on job") && !line.Contains("jobowners") && !line.Contains("jobwatch") && !line.Contains("jobworkers");

    static async Task<List<string>> ExplainAsync(DbConnection connection, Store store, string sql, object? arguments)
    {
        var paged = sql.Contains("ORDER BY id DESC LIMIT @limit");
        if (store == Store.Sqlite)
            return [.. (await connection.QueryAsync("EXPLAIN QUERY PLAN " + sql, arguments))
                .Select(row => (string)row.detail).Select(line => paged && line == "SCAN jobs" ? "SCAN jobs (paged)" : line)];
        await using var transaction = await connection.BeginTransactionAsync();
        return [.. await connection.QueryAsync<string>("EXPLAIN " + sql, arguments, transaction)];
    }

    static async Task FillAsync(DbConnection connection, Store store)
    {
        var numbers = store == Store.Sqlite
            ? $"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Ended + Queued}) SELECT i FROM n) AS numbers"
            : $"generate_series(1, {Ended + Queued}) AS numbers(i)";
        await connection.ExecuteAsync(
            $"""
            INSERT INTO jobs (kind, key, subject, owner, priority, state, attempt, maxattempts, input, submitted, started, finished, token)
            SELECT 'kind' || (i % 5), CASE WHEN i % 2 = 0 THEN 'key' || (i % 1000 + i / 100000 * 1000) END, 'subject' || (i % 1000), 'owner' || (i % 50), 0, CASE WHEN i > {Ended} THEN 0 ELSE 3 + i % 3 END, 1, 3,
                'some input of a job', i, i, i, 'token' || i FROM {numbers};
            INSERT INTO jobowners (owner) SELECT DISTINCT owner FROM jobs;
            INSERT INTO jobwaiters (ticket, job, owner) SELECT 'ticket' || id, id, owner FROM jobs;
            INSERT INTO jobevents (job, seq, at, kind, attempt) SELECT id, 1, id, 'Submitted', 0 FROM jobs UNION ALL SELECT id, 2, id, 'Claimed', 1 FROM jobs;
            INSERT INTO joblogs (job, length, kept) SELECT id, 10, 10 FROM jobs;
            INSERT INTO joblogchunks (job, start, attempt, bytes) SELECT id, 0, 1, {(store == Store.Sqlite ? "x'61626364656667686970'" : "'\\x61626364656667686970'::bytea")} FROM jobs;
            INSERT INTO joblabels (job, label) SELECT id, 'label' FROM jobs WHERE id % 3 = 0;
            """, commandTimeout: 300);
        if (store == Store.Postgres)
            await connection.ExecuteAsync("ANALYZE ;", commandTimeout: 300);
    }

    static async Task UseEverythingAsync(JobQueue queue)
    {
        var worker = new WorkerProfile("w", ["kind1", "build"]) { Architectures = ["amd64"], Labels = ["label"] };
        var first = await queue.SubmitAsync(new("build", "alice", "{}") { Key = "base", Labels = ["label"], Architecture = "amd64", Priority = 9 });
        var second = await queue.SubmitAsync(new("build", "bob", "{}") { Key = "base" });
        var lease = (await queue.TryClaimAsync(worker))!;
        await lease.HeartbeatAsync();
        await lease.ReportAsync("stage");
        await lease.AppendLogAsync(new byte[100]);
        await queue.WithdrawAsync(second.Ticket);
        await queue.CancelAsync(first.Job.Id, "x");
        await queue.LoseAsync(lease);
        await (await queue.TryClaimAsync(worker))!.FailAsync("x");
        await (await queue.TryClaimAsync(worker))!.ReleaseAsync("x");
        var last = (await queue.TryClaimAsync(worker))!;
        await (await queue.ResumeAsync(last.Job.Id, last.Token)).CompleteAsync("x");
        await queue.TryClaimAsync(worker with { Kinds = ["none"] });
        Assert.NotNull(await queue.WaitAsync(last.Job.Id));
        await queue.EventsAsync(last.Job.Id).ToListAsync();
        await queue.LogAsync(last.Job.Id).ToListAsync();
        await queue.CountAsync();
        foreach (var filter in new JobFilter[]
        {
            new(), new() { Before = 50_000 }, new() { Kind = "kind1" }, new() { Owner = "owner1" }, new() { Key = "key2" }, new() { Subject = "subject2" }, new() { Subject = "subject2", Kind = "kind1", Before = 70_000 }, new() { State = JobState.Failed },
            new() { State = JobState.Queued, Kind = "kind1" }, new() { Kind = "kind1", Owner = "owner1", Before = 70_000 },
        })
            await queue.ListAsync(filter);
        await queue.TrimHistoryAsync();
        await ExceedLimitsAsync(queue);
    }

    static async Task ExceedLimitsAsync(JobQueue queue)
    {
        var limits = new HistoryLimits { MaxJobs = Ended - 10, MaxTotalLogBytes = (Ended - 100) * 10, MaxLogBytes = 100 };
        var database = new JobDatabase(queue.Database.Store, queue.Options with { History = limits }, new()) { Observer = queue.Database.Observer };
        await new HistoryTrim(database).RunAsync(default);
        var lease = (await queue.TryClaimAsync(new("w", ["kind2"])))!;
        await new JobLogs(database).AppendAsync(lease.Job.Id, lease.Token, 10, new byte[200], null, default);
    }
}
