using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

public class JobQueueTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task A_job_keeps_what_was_asked_for(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var request = new JobRequest("build", "alice ü", """{"stream":"базовый"}""")
        {
            Key = "k'1\"", Architecture = "arm64", Labels = ["ssd", "big", "ssd"], Priority = -3, MaxAttempts = 2, TimeLimit = TimeSpan.FromMinutes(3),
        };
        var submitted = (await queue.SubmitAsync(request)).Job;
        var job = await queue.GetAsync(submitted.Id);
        Assert.Equivalent(submitted, job, strict: true);
        Assert.Equal(("build", "k'1\"", "alice ü", """{"stream":"базовый"}""", "arm64", -3, 2), (job.Kind, job.Key, job.Owner, job.Input, job.Architecture, job.Priority, job.MaxAttempts));
        Assert.Equal(["big", "ssd"], job.Labels);
        Assert.Equal(TimeSpan.FromMinutes(3), job.TimeLimit);
        Assert.Equal(JobState.Queued, job.State);
        Assert.InRange(job.Submitted, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Null(await queue.FindAsync(job.Id + 1));
        Assert.Null(await queue.CancelAsync(job.Id + 1, "x"));
        Assert.Null(await queue.WaitAsync(job.Id + 1));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Impossible_requests_are_refused(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var good = new JobRequest("build", "alice", "{}");
        JobRequest[] requests =
        [
            good with { Kind = "" }, good with { Owner = "" }, good with { Key = "" }, good with { Input = new('x', (1 << 20) + 1) }, good with { MaxAttempts = 0 },
            good with { TimeLimit = TimeSpan.Zero }, good with { Labels = [" "] }, good with { Labels = ["a\nb"] }, good with { Owner = "a\0" },
        ];
        foreach (var request in requests)
            Assert.Equal("IMG7284", (await Assert.ThrowsAsync<JobException>(() => queue.SubmitAsync(request))).Code);
        Assert.Empty(await queue.ListAsync(new()));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Requests_with_one_key_share_a_job_until_it_ends(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var (queue, other) = (await place.OpenAsync(), await place.OpenAsync());
        var submissions = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => (number % 2 == 0 ? queue : other).SubmitAsync(
            new JobRequest("build", $"owner{number}", "{}") { Key = "base", Priority = number })));
        var id = Assert.Single(submissions.Select(submission => submission.Job.Id).Distinct());
        Assert.Equal(49, submissions.Count(submission => submission.Joined));
        Assert.Equal(50, submissions.Select(submission => submission.Ticket).Distinct().Count());
        Assert.Equal(49, (await queue.GetAsync(id)).Priority);

        // Another kind, and a request without a key, have their own.
        Assert.NotEqual(id, (await queue.SubmitAsync(new("test", "alice", "{}") { Key = "base" })).Job.Id);
        Assert.NotEqual(id, (await queue.SubmitAsync()).Id);

        var lease = await queue.ClaimNowAsync();
        Assert.Equal(id, lease.Job.Id);
        Assert.Equal(id, (await queue.SubmitAsync(key: "base")).Id);
        await lease.CompleteAsync("done");
        Assert.NotEqual(id, (await queue.SubmitAsync(key: "base")).Id);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_request_does_not_join_a_job_that_is_being_cancelled(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var job = await queue.SubmitAsync(key: "base");
        var lease = await queue.ClaimNowAsync();
        await queue.CancelAsync(job.Id, "bob");
        Assert.NotEqual(job.Id, (await queue.SubmitAsync(key: "base")).Id);
        await lease.FailAsync("stopped");
        Assert.Equal((JobState.Cancelled, "bob"), ((await queue.GetAsync(job.Id)).State, (await queue.GetAsync(job.Id)).Failure));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_job_is_cancelled_when_all_who_wait_for_it_withdraw(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var first = await queue.SubmitAsync(new("build", "alice", "{}") { Key = "k" });
        var second = await queue.SubmitAsync(new("build", "bob", "{}") { Key = "k" });
        Assert.Equal(JobState.Queued, (await queue.WithdrawAsync(first.Ticket))!.State);
        Assert.Equal(JobState.Queued, (await queue.WithdrawAsync(first.Ticket))!.State);
        Assert.Equal(JobState.Cancelled, (await queue.WithdrawAsync(second.Ticket))!.State);
        Assert.Equal(JobState.Cancelled, (await queue.WithdrawAsync(second.Ticket))!.State);
        Assert.Null(await queue.WithdrawAsync("unknown"));
        Assert.Equal([JobEventKind.Submitted, JobEventKind.Joined, JobEventKind.Withdrawn, JobEventKind.Withdrawn, JobEventKind.Cancelled],
            await queue.EventKindsAsync(first.Job.Id));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Jobs_are_listed_by_pages_the_newest_first(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        for (var number = 0; number < 7; number++)
            await queue.SubmitAsync(new(number % 2 == 0 ? "build" : "test", number < 4 ? "alice" : "bob", $"{number}") { Key = number == 5 ? "five" : null });
        await (await queue.ClaimNowAsync()).CompleteAsync(null);

        async Task<string> Inputs(JobFilter filter) => string.Join(' ', (await queue.ListAsync(filter)).Select(job => job.Input));
        Assert.Equal("6 5 4 3 2 1 0", await Inputs(new()));
        Assert.Equal("6 5", await Inputs(new() { Limit = 2 }));
        var fifth = (await queue.ListAsync(new() { Limit = 2 }))[^1].Id;
        Assert.Equal("4 3 2", await Inputs(new() { Limit = 3, Before = fifth }));
        Assert.Equal("5 3 1", await Inputs(new() { Kind = "test" }));
        Assert.Equal("3 1", await Inputs(new() { Kind = "test", Owner = "alice" }));
        Assert.Equal("5", await Inputs(new() { Key = "five" }));
        Assert.Equal("0", await Inputs(new() { State = JobState.Succeeded }));
        Assert.Equal("6 4 2", await Inputs(new() { State = JobState.Queued, Kind = "build" }));
        var counts = (await queue.CountAsync()).ToDictionary(count => (count.Kind, count.State), count => count.Count);
        Assert.Equal(new() { [("build", JobState.Queued)] = 3, [("test", JobState.Queued)] = 3 }, counts);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_end_of_a_job_wakes_those_who_wait_in_other_processes(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var (queue, other) = (await place.OpenAsync(), await place.OpenAsync());
        var job = await queue.SubmitAsync();
        var waiting = other.WaitAsync(job.Id);
        var lease = await queue.ClaimNowAsync();
        await Task.Delay(300);
        Assert.False(waiting.IsCompleted);
        await lease.CompleteAsync("""{"image":"x"}""");
        var ended = (await waiting.WaitAsync(Soon))!;
        Assert.Equal((JobState.Succeeded, """{"image":"x"}""", 1), (ended.State, ended.Result, ended.Attempt));
        Assert.NotNull(ended.Finished);
        Assert.True(ended.Elapsed >= TimeSpan.FromMilliseconds(250));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Events_are_followed_to_the_end(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var (queue, other) = (await place.OpenAsync(), await place.OpenAsync());
        var job = await queue.SubmitAsync();
        var following = other.EventsAsync(job.Id).ToListAsync().AsTask();
        var lease = await queue.ClaimNowAsync();
        await lease.ReportAsync("CopyFiles: from the cache");
        await Task.Delay(100);
        await lease.CompleteAsync(null);
        var events = await following.WaitAsync(Soon);
        Assert.Equal([1, 2, 3, 4], events.Select(entry => entry.Sequence));
        Assert.Equal([JobEventKind.Submitted, JobEventKind.Claimed, JobEventKind.Progress, JobEventKind.Succeeded], events.Select(entry => entry.Kind));
        Assert.Equal(["alice", "w", "CopyFiles: from the cache", null], events.Select(entry => entry.Text));
        Assert.Equal([JobEventKind.Progress, JobEventKind.Succeeded],
            (await queue.EventsAsync(job.Id, after: 2).ToListAsync()).Select(entry => entry.Kind));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Everything_survives_that_the_queue_is_closed(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var queued = await queue.SubmitAsync(input: "later");
        var done = await queue.SubmitAsync(priority: 1);
        var lease = await queue.ClaimNowAsync();
        await lease.LogAsync("line\n");
        await lease.CompleteAsync("r");
        await queue.DisposeAsync();

        var again = await place.OpenAsync();
        Assert.Equal("r", (await again.GetAsync(done.Id)).Result);
        Assert.Equal("line\n", await again.LogTextAsync(done.Id));
        Assert.Equal("later", (await again.ClaimNowAsync()).Job.Input);
        Assert.Equal(JobState.Running, (await again.GetAsync(queued.Id)).State);
    }
}
