using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Stores;
using ImageSdk.Jobs.Tests.Stores;
using Microsoft.Data.Sqlite;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

/// <summary>Copies of all jobs.</summary>
public sealed class BackupTests : IDisposable
{
    readonly string directory = Directory.CreateTempSubdirectory("backup ü ").FullName;

    string Copy => Path.Combine(directory, "it's a copy.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(directory, recursive: true);
    }

    public static TheoryData<Store, Store> Ways
    {
        get
        {
            Store[] stores = PostgresServer.Programs is null ? [Store.Sqlite] : [Store.Sqlite, Store.Postgres];
            var ways = new TheoryData<Store, Store>();
            foreach (var from in stores)
                foreach (var to in stores)
                    ways.Add(from, to);
            return ways;
        }
    }

    /// <summary>What can be seen of a job.</summary>
    static async Task<string> DescribeAsync(JobQueue queue)
    {
        var lines = new List<string>();
        foreach (var job in await queue.ListAsync(new() { Limit = 1000 }))
        {
            lines.Add($"{job} {string.Join(',', job.Labels)}");
            await foreach (var happened in queue.EventsAsync(job.Id, follow: false))
                lines.Add(happened.ToString());
            lines.Add(await queue.LogTextAsync(job.Id, follow: false));
        }
        return string.Join('\n', lines);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Jobs_with_their_logs_go_from_one_database_to_another(Store from, Store to)
    {
        await using var place = await JobPlace.CreateAsync(from);
        var queue = await place.OpenAsync();
        await queue.SubmitAsync(input: "done", priority: 9);
        var done = await queue.ClaimNowAsync();
        await done.AppendLogAsync("madeä\n"u8.ToArray());
        await done.CompleteAsync("result");
        await queue.SubmitAsync(input: "running", priority: 5);
        var running = await queue.ClaimNowAsync();
        await running.AppendLogAsync("half\n"u8.ToArray());
        var waiting = await queue.SubmitAsync(new JobRequest("build", "älice", "waiting") { Key = "k", Labels = ["big", "fast"], Subject = "base/os", Architecture = "arm64" });
        var before = await DescribeAsync(queue);
        await JobBackup.SaveAsync(place.Connection, Copy);
        // Who has the database open goes on, and nothing of that is in the copy.
        await running.AppendLogAsync("more\n"u8.ToArray());
        await queue.SubmitAsync(input: "later");

        await using var target = await JobPlace.CreateAsync(to);
        await JobBackup.LoadAsync(Copy, target.Connection);
        var restored = await target.OpenAsync();
        Assert.Equal(before, await DescribeAsync(restored));
        // The waiting job is shared by those who ask for the same, and new ones get numbers of their own.
        Assert.Equal(waiting.Job.Id, (await restored.SubmitAsync(new JobRequest("build", "bob", "waiting") { Key = "k" })).Job.Id);
        Assert.Equal(waiting.Job.Id + 1, (await restored.SubmitAsync(input: "new")).Id);
        Assert.Equal(waiting.Job.Id, (await restored.TryClaimAsync(new("w", ["build"]) { Architectures = ["arm64"], Labels = ["big", "fast"] }))!.Job.Id);
        // Whoever had the other one may go on with it, as may the copy's own watch with its loss.
        await (await restored.ResumeAsync(running.Job.Id, running.Token)).CompleteAsync(null);
        var problem = await Assert.ThrowsAsync<JobException>(() => JobBackup.LoadAsync(Copy, target.Connection));
        Assert.Equal("IMG7393", problem.Code);
    }

    [Fact]
    public async Task A_copy_has_all_tables()
    {
        await using var place = await JobPlace.CreateAsync(Store.Sqlite);
        await place.OpenAsync();
        await using var connection = new SqliteConnection($"Data Source=\"{place.Connection}\"");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
        await using var reader = await command.ExecuteReaderAsync();
        var tables = new List<string>();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        // What these two say is of a database, not of its jobs.
        Assert.Equal(["jobschema", "jobwatch"], tables.Except(JobRows.Tables));
        Assert.Empty(JobRows.Tables.Except(tables));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_copy_is_whole_while_jobs_are_written(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
            {
                await queue.SubmitAsync(input: $"{number}");
                var lease = await queue.ClaimNowAsync();
                await lease.AppendLogAsync(new byte[1000]);
                await lease.CompleteAsync(null);
            }
            return true;
        });
        for (var number = 0; number < 3; number++)
        {
            var copy = Path.Combine(directory, $"{number}.db");
            await JobBackup.SaveAsync(place.Connection, copy);
            await using var restored = await JobQueue.OpenAsync(copy, new() { Maintain = false });
            foreach (var job in (await restored.ListAsync(new() { Limit = 1000 })).Where(job => job.State == JobState.Succeeded))
                Assert.Equal(1000, (await restored.LogTextAsync(job.Id, follow: false)).Length);
        }
        await stop.CancelAsync();
        Assert.True(await writing);
    }

    [Fact]
    public async Task Jobs_that_are_not_there_cannot_be_copied()
    {
        var problem = await Assert.ThrowsAsync<JobException>(() => JobBackup.SaveAsync(Path.Combine(directory, "none.db"), Copy));
        Assert.Equal("IMG7281", problem.Code);
        Assert.False(File.Exists(Copy));
        Assert.False(File.Exists(Path.Combine(directory, "none.db")));
    }
}
