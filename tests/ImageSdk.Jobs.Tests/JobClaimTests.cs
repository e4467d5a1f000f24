using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

public class JobClaimTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Owners_take_turns_within_a_priority(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        foreach (var input in new[] { "a1", "a2", "a3", "a4" })
            await queue.SubmitAsync("alice", input);
        foreach (var input in new[] { "b1", "b2" })
            await queue.SubmitAsync("bob", input);
        await queue.SubmitAsync("carol", "c1");
        await queue.SubmitAsync("alice", "urgent", priority: 5);

        // One worker, so that no one has more running than another.
        var order = new List<string>();
        while (await queue.TryClaimAsync(Worker) is { } lease)
        {
            order.Add(lease.Job.Input);
            await lease.CompleteAsync(null);
        }
        Assert.Equal(["urgent", "b1", "c1", "a1", "b2", "a2", "a3", "a4"], order);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_owner_with_the_fewest_running_jobs_is_next(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        foreach (var input in new[] { "a1", "a2", "a3" })
            await queue.SubmitAsync("alice", input);
        await queue.ClaimNowAsync();
        await queue.ClaimNowAsync();
        await queue.SubmitAsync("bob", "b1");
        await queue.SubmitAsync("bob", "b2");
        var order = new List<string>();
        while (await queue.TryClaimAsync(Worker) is { } lease)
            order.Add(lease.Job.Input);
        Assert.Equal(["b1", "b2", "a3"], order);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task No_owner_has_more_running_than_the_limit(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var options = new JobQueueOptions { Maintain = false, MaxRunningPerOwner = 2 };
        JobQueue[] queues = [await place.OpenAsync(options), await place.OpenAsync(options), await place.OpenAsync(options)];
        for (var number = 0; number < 6; number++)
            await queues[0].SubmitAsync("alice", $"a{number}");
        await queues[0].SubmitAsync("bob", "b");

        var leases = (await Task.WhenAll(Enumerable.Range(0, 12).Select(number => queues[number % 3].TryClaimAsync(Worker)))).OfType<JobLease>().ToList();
        Assert.Equal(2, leases.Count(lease => lease.Job.Owner == "alice"));
        Assert.Equal(1, leases.Count(lease => lease.Job.Owner == "bob"));

        // The end of one makes room for another, and says so.
        var waiting = queues[1].ClaimAsync(Worker);
        await Task.Delay(200);
        Assert.False(waiting.IsCompleted);
        await leases.First(lease => lease.Job.Owner == "alice").CompleteAsync(null);
        Assert.Equal("alice", (await waiting.WaitAsync(Soon)).Job.Owner);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Workers_get_what_they_can_do(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        await queue.SubmitAsync(new("build", "alice", "arm") { Architecture = "arm64", Priority = 9 });
        await queue.SubmitAsync(new("build", "alice", "labelled") { Labels = ["kvm", "ssd"], Priority = 8 });
        await queue.SubmitAsync(new("test", "alice", "test") { Priority = 7 });
        await queue.SubmitAsync(new("build", "alice", "plain"));

        Assert.Null(await queue.TryClaimAsync(new("w", ["other"])));
        Assert.Null(await queue.TryClaimAsync(new("w", [])));
        Assert.Equal("plain", (await queue.ClaimNowAsync()).Job.Input);
        Assert.Null(await queue.TryClaimAsync(Worker with { Architectures = ["amd64"], Labels = ["kvm"] }));
        Assert.Equal("labelled", (await queue.ClaimNowAsync(Worker with { Architectures = ["amd64"], Labels = ["kvm", "ssd", "gpu"] })).Job.Input);
        Assert.Equal("arm", (await queue.ClaimNowAsync(Worker with { Architectures = ["amd64", "arm64"] })).Job.Input);
        Assert.Equal("test", (await queue.ClaimNowAsync(new("w", ["build", "test"]))).Job.Input);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_submission_wakes_a_worker_in_another_process(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var (queue, other) = (await place.OpenAsync(), await place.OpenAsync());
        var waiting = other.ClaimAsync(Worker);
        await Task.Delay(500);
        Assert.False(waiting.IsCompleted);
        var job = await queue.SubmitAsync();
        Assert.Equal(job.Id, (await waiting.WaitAsync(Soon)).Job.Id);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Each_job_is_claimed_once_however_many_ask(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        JobQueue[] queues = [await place.OpenAsync(), await place.OpenAsync(), await place.OpenAsync()];
        for (var number = 0; number < 60; number++)
            await queues[0].SubmitAsync($"owner{number % 7}", $"{number}");
        using var done = new CancellationTokenSource();
        var claimed = new System.Collections.Concurrent.ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var lease = await queues[number % 3].ClaimAsync(Worker, done.Token);
                    claimed.Add(lease.Job.Id);
                    await lease.CompleteAsync(null);
                    if (claimed.Count >= 60)
                        await done.CancelAsync();
                }
            }
            catch (OperationCanceledException)
            {
            }
        })).ToArray()).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(60, claimed.Count);
        Assert.Equal(60, claimed.Distinct().Count());
        Assert.All(await queues[0].ListAsync(new()), job => Assert.Equal((JobState.Succeeded, 1), (job.State, job.Attempt)));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_attempt_that_failed_is_repeated_after_a_while_until_none_are_left(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var clock = new ManualClock { Passed = TimeSpan.Zero };
        var queue = await place.OpenAsync(new() { Maintain = false, Clock = clock, RetryDelay = attempt => TimeSpan.FromMinutes(attempt) });
        var job = await queue.SubmitAsync();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var lease = await queue.ClaimNowAsync();
            Assert.Equal(attempt, lease.Job.Attempt);
            await lease.FailAsync($"fault {attempt}");
            Assert.Null(await queue.TryClaimAsync(Worker));
            clock.Passed += TimeSpan.FromMinutes(attempt) - TimeSpan.FromSeconds(1);
            Assert.Null(await queue.TryClaimAsync(Worker));
            clock.Passed += TimeSpan.FromSeconds(1);
        }
        Assert.Equal((JobState.Failed, "fault 3"), ((await queue.GetAsync(job.Id)).State, (await queue.GetAsync(job.Id)).Failure));
        Assert.Null(await queue.TryClaimAsync(Worker));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_delay_ends_by_itself(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { Maintain = false, RetryDelay = _ => TimeSpan.FromSeconds(1) });
        await queue.SubmitAsync();
        await (await queue.ClaimNowAsync()).FailAsync("once");
        Assert.Null(await queue.TryClaimAsync(Worker));
        Assert.Equal(2, (await queue.ClaimAsync(Worker).WaitAsync(Soon)).Job.Attempt);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Setting_the_clock_neither_loses_a_lease_nor_holds_up_a_job(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var clock = new ManualClock();
        var queue = await place.OpenAsync(new() { Clock = clock, LeaseTime = TimeSpan.FromSeconds(2), RetryDelay = _ => TimeSpan.FromHours(1) });
        var (running, failed) = (await queue.SubmitAsync(), await queue.SubmitAsync());
        var lease = await queue.ClaimNowAsync();
        await (await queue.ClaimNowAsync()).FailAsync("once");
        Assert.Null(await queue.TryClaimAsync(Worker));

        foreach (var days in new[] { 4000, -4000, 0 })
        {
            clock.Step = TimeSpan.FromDays(days);
            for (var beat = 0; beat < 6; beat++)
            {
                Assert.Equal(LeaseSignal.Continue, await lease.HeartbeatAsync());
                await Task.Delay(200);
            }
            Assert.Equal(JobState.Running, (await queue.GetAsync(running.Id)).State);
            // Set back to before the failure: the hour's delay is void, rather than eleven years long.
            if (days == -4000)
                Assert.Equal(failed.Id, (await queue.ClaimNowAsync()).Job.Id);
            else if (days == 4000)
                clock.Step = TimeSpan.Zero;
        }
        await lease.CompleteAsync(null);
        Assert.True((await queue.GetAsync(running.Id)).Elapsed < TimeSpan.FromMinutes(5));
    }
}
