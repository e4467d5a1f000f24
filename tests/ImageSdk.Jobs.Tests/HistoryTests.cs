using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

public class HistoryTests
{
    static async Task<Job> DoAsync(JobQueue queue, string input, int log = 0)
    {
        await queue.SubmitAsync(input: input, priority: 1);
        var lease = await queue.ClaimNowAsync();
        await lease.AppendLogAsync(new byte[log]);
        await lease.CompleteAsync(null);
        return lease.Job;
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_oldest_jobs_go_when_there_are_too_many(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { Maintain = false, History = new() { MaxJobs = 3 } });
        var waiting = await queue.SubmitAsync(input: "waiting");
        for (var number = 0; number < 8; number++)
            await DoAsync(queue, $"{number}", 10);
        await queue.TrimHistoryAsync();
        Assert.Equal(["7", "6", "5", "waiting"], (await queue.ListAsync(new())).Select(job => job.Input));
        Assert.Equal(waiting.Id, (await queue.ClaimNowAsync()).Job.Id);
        Assert.Empty(await queue.EventKindsAsync(waiting.Id + 1));
        Assert.Empty(await queue.LogTextAsync(waiting.Id + 1));
        Assert.Equal(10, (await queue.LogTextAsync(waiting.Id + 8)).Length);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Jobs_that_are_too_old_go(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var clock = new ManualClock { Passed = TimeSpan.Zero };
        var queue = await place.OpenAsync(new() { Maintain = false, Clock = clock, History = new() { MaxAge = TimeSpan.FromDays(2) } });
        for (var day = 0; day < 5; day++)
        {
            await DoAsync(queue, $"{day}");
            clock.Passed += TimeSpan.FromDays(1);
        }
        await queue.TrimHistoryAsync();
        Assert.Equal(["4", "3"], (await queue.ListAsync(new())).Select(job => job.Input));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_oldest_logs_go_when_all_are_too_large_but_for_those_that_grow(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { Maintain = false, History = new() { MaxTotalLogBytes = 250 } });
        await queue.SubmitAsync(input: "running", priority: 2);
        var running = await queue.ClaimNowAsync();
        await running.AppendLogAsync(new byte[60]);
        var jobs = new List<Job>();
        for (var number = 0; number < 4; number++)
            jobs.Add(await DoAsync(queue, $"{number}", 100));
        await queue.TrimHistoryAsync();
        var lengths = new List<int>();
        foreach (var job in jobs)
            lengths.Add((await queue.LogTextAsync(job.Id)).Length);
        Assert.Equal([0, 0, 100, 100], lengths);
        await running.AppendLogAsync(new byte[5]);
        Assert.Equal(65, (await queue.LogTextAsync(running.Job.Id, follow: false)).Length);
        Assert.Equal(5, (await queue.ListAsync(new())).Count);
    }
}
