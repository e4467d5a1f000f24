using System.Text;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;
using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

public sealed class JobRunnerTests : IDisposable
{
    readonly CancellationTokenSource stop = new();

    public void Dispose() => stop.Dispose();

    /// <summary>Runs jobs of kind "build" until the test stops it.</summary>
    Task Run(JobQueue queue, JobHandler handler, JobRunnerOptions? options = null)
        => Runner(queue, handler, options).RunAsync(stop.Token);

    static JobRunner Runner(JobQueue queue, JobHandler handler, JobRunnerOptions? options = null)
        => new(queue, new("w", []), new Dictionary<string, JobHandler> { ["build"] = handler }, options);

    async Task EndAsync(Task running)
    {
        await stop.CancelAsync();
        await running.WaitAsync(Soon);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Jobs_are_done_with_their_log_and_result(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var running = Run(queue, async (context, cancel) =>
        {
            var writer = new StreamWriter(context.Log) { AutoFlush = true };
            for (var line = 0; line < 2000; line++)
                await writer.WriteLineAsync($"line {line} of {context.Job.Input}");
            await context.ReportAsync("half way", cancel);
            context.Log.Write("end ü\n"u8);
            return $"did {context.Job.Input}";
        }, new() { Concurrency = 3 });
        var jobs = new List<Job>();
        for (var number = 0; number < 5; number++)
            jobs.Add(await queue.SubmitAsync(input: $"{number}"));
        foreach (var job in jobs)
        {
            var ended = (await queue.WaitAsync(job.Id).WaitAsync(Soon))!;
            Assert.Equal((JobState.Succeeded, $"did {job.Input}"), (ended.State, ended.Result));
            Assert.Equal(string.Concat(Enumerable.Range(0, 2000).Select(line => $"line {line} of {job.Input}\n")) + "end ü\n", await queue.LogTextAsync(job.Id));
            Assert.Contains(JobEventKind.Progress, await queue.EventKindsAsync(job.Id));
        }
        await EndAsync(running);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_fault_is_tried_again_and_a_final_one_is_not(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var running = Run(queue, (context, _) => throw (context.Job.Input == "final" ? new JobFailedException("no such manifest") : new IOException($"fault {context.Job.Attempt}")));
        var (final, other) = (await queue.SubmitAsync(input: "final"), await queue.SubmitAsync(input: "other"));
        var ended = (await queue.WaitAsync(final.Id).WaitAsync(Soon))!;
        Assert.Equal((JobState.Failed, 1, "no such manifest"), (ended.State, ended.Attempt, ended.Failure));
        ended = (await queue.WaitAsync(other.Id).WaitAsync(Soon))!;
        Assert.Equal((JobState.Failed, 3, "fault 3"), (ended.State, ended.Attempt, ended.Failure));
        await EndAsync(running);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Cancelling_stops_the_handler_long_before_its_next_heartbeat(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        // Other processes cancel and run; the lease is of a minute.
        var (queue, other) = (await place.OpenAsync(), await place.OpenAsync());
        var reason = JobStopReason.None;
        var began = new TaskCompletionSource();
        var running = Run(queue, async (context, cancel) =>
        {
            began.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancel);
            }
            finally
            {
                reason = context.StopReason;
            }
            return null;
        });
        var job = await other.SubmitAsync();
        await began.Task.WaitAsync(Soon);
        await other.CancelAsync(job.Id, "bob asked");
        var ended = (await other.WaitAsync(job.Id).WaitAsync(TimeSpan.FromSeconds(15)))!;
        Assert.Equal((JobState.Cancelled, "bob asked", JobStopReason.Cancelled), (ended.State, ended.Failure, reason));
        await EndAsync(running);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_time_limit_ends_the_job_for_good(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var running = Run(queue, async (_, cancel) =>
        {
            await Task.Delay(Timeout.Infinite, cancel);
            return null;
        });
        var job = (await queue.SubmitAsync(new("build", "alice", "{}") { TimeLimit = TimeSpan.FromMilliseconds(300) })).Job;
        var ended = (await queue.WaitAsync(job.Id).WaitAsync(Soon))!;
        Assert.Equal((JobState.Failed, 1), (ended.State, ended.Attempt));
        Assert.Contains("time limit", ended.Failure);
        await EndAsync(running);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Stopping_gives_jobs_back_and_another_worker_does_them(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var began = new TaskCompletionSource();
        var running = Run(queue, async (_, cancel) =>
        {
            began.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            return null;
        }, new() { ShutdownTime = TimeSpan.FromMilliseconds(100) });
        var job = await queue.SubmitAsync();
        await began.Task.WaitAsync(Soon);
        await EndAsync(running);
        Assert.Equal((JobState.Queued, 0), ((await queue.GetAsync(job.Id)).State, (await queue.GetAsync(job.Id)).Attempt));
        Assert.Equal(job.Id, (await queue.ClaimNowAsync()).Job.Id);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Draining_ends_what_runs_and_takes_nothing_more(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync();
        var (began, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var runner = Runner(queue, async (_, cancel) =>
        {
            began.SetResult();
            await go.Task.WaitAsync(cancel);
            return "done";
        });
        var running = runner.RunAsync(stop.Token);
        var (first, second) = (await queue.SubmitAsync(), await queue.SubmitAsync());
        await began.Task.WaitAsync(Soon);
        Assert.Equal(first.Id, Assert.Single(runner.Running).Id);
        runner.Drain();
        await Task.Delay(300);
        Assert.False(running.IsCompleted);
        go.SetResult();
        await running.WaitAsync(Soon);
        Assert.Equal(JobState.Succeeded, (await queue.GetAsync(first.Id)).State);
        Assert.Equal(JobState.Queued, (await queue.GetAsync(second.Id)).State);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_handler_whose_lease_is_lost_is_stopped_and_changes_nothing(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store);
        var queue = await place.OpenAsync(new() { Maintain = false, LeaseTime = TimeSpan.FromSeconds(1) });
        var reasons = new List<JobStopReason>();
        var began = new TaskCompletionSource();
        var running = Run(queue, async (context, cancel) =>
        {
            if (context.Job.Attempt > 1)
                return "second";
            began.SetResult();
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            reasons.Add(context.StopReason);
            await context.Log.WriteAsync(Encoding.UTF8.GetBytes("from the past"), default);
            return "first";
        }, new() { Concurrency = 2 });
        var job = await queue.SubmitAsync();
        await began.Task.WaitAsync(Soon);
        var watch = new Operations.LeaseWatch(queue.Database);
        await UntilAsync(async () => await watch.LookAsync(default) is [var lease] && await watch.ExpireAsync(lease, default), "the lease to be taken", Soon);
        var ended = (await queue.WaitAsync(job.Id).WaitAsync(Soon))!;
        await UntilAsync(() => Task.FromResult(reasons.Count == 1), "the handler to hear of it", Soon);
        Assert.Equal(("second", 2, JobStopReason.LeaseLost), (ended.Result, ended.Attempt, reasons[0]));
        Assert.Equal("", await queue.LogTextAsync(job.Id));
        await EndAsync(running);
        Assert.Equal("second", (await queue.GetAsync(job.Id)).Result);
    }
}
