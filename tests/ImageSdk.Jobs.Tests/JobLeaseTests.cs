using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

public class JobLeaseTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Whoever_lost_the_lease_can_write_nothing_more(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var job = await queue.SubmitAsync();
        var old = await queue.ClaimNowAsync();
        await old.LogAsync("old\n");
        Assert.True(await queue.LoseAsync(old));

        async Task Refused()
        {
            Func<Task>[] writes =
            [
                () => old.HeartbeatAsync(), () => old.ReportAsync("x"), () => old.LogAsync("x"), () => old.CompleteAsync("x"), () => old.FailAsync("x"),
                () => old.FailAsync("x", final: true), () => old.ReleaseAsync("x"), () => queue.ResumeAsync(job.Id, old.Token),
            ];
            foreach (var write in writes)
                Assert.Equal("IMG7283", (await Assert.ThrowsAsync<LeaseLostException>(write)).Code);
        }
        await Refused();
        var current = await queue.ClaimNowAsync();
        Assert.NotEqual(old.Token, current.Token);
        await Refused();
        await current.LogAsync("new\n");
        await current.CompleteAsync("right");
        await Refused();

        var ended = await queue.GetAsync(job.Id);
        Assert.Equal((JobState.Succeeded, "right", 2), (ended.State, ended.Result, ended.Attempt));
        Assert.Equal("old\nnew\n", await queue.LogTextAsync(job.Id));
        Assert.Equal([1, 2], (await queue.LogAsync(job.Id).ToListAsync()).Select(chunk => chunk.Attempt));
        Assert.Equal([JobEventKind.Submitted, JobEventKind.Claimed, JobEventKind.Retrying, JobEventKind.Claimed, JobEventKind.Succeeded], await queue.EventKindsAsync(job.Id));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_worker_that_speaks_after_all_keeps_its_job(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        var watch = new Operations.LeaseWatch(queue.Database);
        var seen = Assert.Single(await watch.LookAsync(default));
        await lease.HeartbeatAsync();
        Assert.False(await watch.ExpireAsync(seen, default));
        await lease.CompleteAsync(null);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Silence_loses_the_job_and_the_third_time_fails_it(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { LeaseTime = TimeSpan.FromMilliseconds(600) });
        var job = await queue.SubmitAsync();
        for (var attempt = 1; attempt <= 3; attempt++)
            Assert.Equal(attempt, (await queue.ClaimAsync(Worker).WaitAsync(Soon)).Job.Attempt);
        var ended = (await queue.WaitAsync(job.Id).WaitAsync(Soon))!;
        Assert.Equal(JobState.Failed, ended.State);
        Assert.Contains("lost in attempt 3 of 3", ended.Failure);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Cancellation_reaches_the_worker_by_its_heartbeat(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var (queue, other) = (await place.OpenAsync(), await place.OpenAsync());
        var job = await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        Assert.Equal(LeaseSignal.Continue, await lease.HeartbeatAsync());
        var announced = lease.CancellationAnnounced;
        Assert.Equal(JobState.Cancelling, (await other.CancelAsync(job.Id, "asked by bob"))!.State);
        await announced.WaitAsync(Soon);
        Assert.Equal(LeaseSignal.Cancel, await lease.HeartbeatAsync());
        await lease.ReleaseAsync("stopped");
        var ended = await queue.GetAsync(job.Id);
        Assert.Equal((JobState.Cancelled, "asked by bob"), (ended.State, ended.Failure));
        Assert.Equal(JobState.Cancelled, (await other.CancelAsync(job.Id, "again"))!.State);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_end_of_a_lost_cancelled_job_is_cancelled(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var job = await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        await queue.CancelAsync(job.Id, "bob");
        Assert.True(await queue.LoseAsync(lease));
        Assert.Equal((JobState.Cancelled, "bob"), ((await queue.GetAsync(job.Id)).State, (await queue.GetAsync(job.Id)).Failure));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_job_that_is_given_back_loses_no_attempt(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        await queue.SubmitAsync(new("build", "alice", "{}") { MaxAttempts = 1 });
        for (var time = 0; time < 3; time++)
        {
            var released = await queue.ClaimNowAsync();
            await released.LogAsync($"{time}");
            await released.ReleaseAsync("maintenance");
        }
        var lease = await queue.ClaimNowAsync();
        await lease.LogAsync("3");
        Assert.Equal("0123", await queue.LogTextAsync(lease.Job.Id));
        Assert.Equal(1, lease.Job.Attempt);
        await lease.FailAsync("x");
        Assert.Equal(JobState.Failed, (await queue.GetAsync(lease.Job.Id)).State);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Another_process_goes_on_with_a_lease_by_its_token(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var (queue, other) = (await place.OpenAsync(), await place.OpenAsync());
        var job = await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        await lease.LogAsync("one ");
        var resumed = await other.ResumeAsync(job.Id, lease.Token);
        await resumed.LogAsync("two");
        await resumed.CompleteAsync("r");
        Assert.Equal("one two", await queue.LogTextAsync(job.Id));
        Assert.Equal("r", (await queue.GetAsync(job.Id)).Result);
    }
}
