using System.Text;
using ImageSdk.Jobs.Running;
using ImageSdk.Jobs.Tests.Stores;
using static ImageSdk.Jobs.Tests.JobTestExtensions;

namespace ImageSdk.Jobs.Tests;

/// <summary>A database that goes away for longer than a lease: minutes in real life, seconds here, with leases to match.</summary>
public class InterruptionTests
{
    [Theory, OnSqlite, OnPostgres]
    public async Task Jobs_go_on_while_the_database_is_away(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store, ownServer: true);
        var reports = new List<string>();
        JobQueueOptions options = new() { LeaseTime = TimeSpan.FromSeconds(2), Report = text => { lock (reports) reports.Add(text); } };
        var (queue, other) = (await place.OpenAsync(options), await place.OpenAsync(options));
        using var stop = new CancellationTokenSource();
        var attempts = 0;
        var (logged, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var running = new JobRunner(queue, new("w", []), new Dictionary<string, JobHandler>
        {
            ["build"] = async (context, cancel) =>
            {
                Interlocked.Increment(ref attempts);
                for (var line = 0; !go.Task.IsCompleted; line++)
                {
                    await context.Log.WriteAsync(Encoding.UTF8.GetBytes($"{line}\n"), cancel);
                    await Task.Delay(20, cancel);
                    if (line == 10)
                        logged.TrySetResult();
                }
                return "done";
            },
        }).RunAsync(stop.Token);
        var job = await queue.SubmitAsync();
        await logged.Task.WaitAsync(Soon);
        var following = other.LogTextAsync(job.Id, follow: true);
        var waiting = other.WaitAsync(job.Id);

        var interruption = place.InterruptAsync(TimeSpan.FromSeconds(5));
        await Task.Delay(500);
        var submitting = other.SubmitAsync(new JobRequest("other", "bob", "submitted meanwhile"));
        await interruption;
        Assert.Equal("submitted meanwhile", (await submitting.WaitAsync(Soon)).Job.Input);
        // As long as it takes to lose a lease for those who would count the time before.
        await Task.Delay(2000);
        go.SetResult();

        var ended = (await waiting.WaitAsync(Soon))!;
        Assert.Equal((JobState.Succeeded, "done", 1, 1), (ended.State, ended.Result, ended.Attempt, attempts));
        var lines = (await following.WaitAsync(Soon)).Split('\n')[..^1];
        Assert.Equal(Enumerable.Range(0, lines.Length).Select(line => $"{line}"), lines);
        Assert.Single(await other.ListAsync(new() { Kind = "other" }));
        await stop.CancelAsync();
        await running.WaitAsync(Soon);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Time_in_which_no_one_could_write_is_no_silence(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store, ownServer: true);
        var queue = await place.OpenAsync(new() { LeaseTime = TimeSpan.FromSeconds(2) });
        var job = await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        // Readers of SQLite see all the while that the worker does not speak.
        await place.InterruptAsync(TimeSpan.FromSeconds(5));
        await Task.Delay(500);
        Assert.Equal(JobState.Running, (await queue.GetAsync(job.Id)).State);
        await lease.CompleteAsync(null);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_end_that_falls_into_the_interruption_is_written_after_it(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store, ownServer: true);
        var queue = await place.OpenAsync(new() { LeaseTime = TimeSpan.FromSeconds(2) });
        var job = await queue.SubmitAsync();
        var lease = await queue.ClaimNowAsync();
        await lease.HeartbeatAsync();
        var interruption = place.InterruptAsync(TimeSpan.FromSeconds(3));
        await Task.Delay(500);
        var completing = lease.CompleteAsync("done");
        await Task.Delay(500);
        Assert.False(completing.IsCompleted);
        await interruption;
        await completing.WaitAsync(Soon);
        Assert.Equal("done", (await queue.GetAsync(job.Id)).Result);
        Assert.Equal([JobEventKind.Submitted, JobEventKind.Claimed, JobEventKind.Succeeded], await queue.EventKindsAsync(job.Id));
        // Announcements are heard again.
        var waiting = queue.ClaimAsync(Worker);
        var other = await place.OpenAsync();
        await other.SubmitAsync();
        await waiting.WaitAsync(Soon);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Patience_ends(Store store)
    {
        await using var place = await JobPlace.CreateAsync(store, ownServer: true);
        var queue = await place.OpenAsync(new() { Maintain = false, Patience = TimeSpan.FromSeconds(1) });
        var interruption = place.InterruptAsync(TimeSpan.FromSeconds(6));
        await Task.Delay(500);
        var exception = await Assert.ThrowsAsync<JobException>(() => queue.SubmitAsync());
        Assert.Equal("IMG7281", exception.Code);
        await interruption;
        await queue.SubmitAsync();
    }
}
