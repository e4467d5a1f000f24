using System.Collections.Concurrent;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Jobs.Running;

/// <summary>Claims jobs and does them, several at once, until it is stopped.</summary>
/// <param name="queue">Where the jobs are.</param>
/// <param name="worker">What this worker is; the kinds are those of the handlers.</param>
/// <param name="handlers">What does the jobs, by kind.</param>
/// <param name="options">How to do them.</param>
public sealed class JobRunner(JobQueue queue, WorkerProfile worker, IReadOnlyDictionary<string, JobHandler> handlers, JobRunnerOptions? options = null)
{
    readonly JobRunnerOptions options = options ?? new();
    readonly WorkerProfile worker = worker with { Kinds = [.. handlers.Keys] };
    readonly ConcurrentDictionary<string, JobRun> running = [];
    readonly CancellationTokenSource draining = new();

    /// <summary>The jobs that are being done.</summary>
    public IReadOnlyCollection<Job> Running => [.. running.Values.Select(run => run.Job)];

    /// <summary>Claims no further jobs; <see cref="RunAsync"/> returns when those that run are done.</summary>
    public void Drain() => draining.Cancel();

    /// <summary>Does jobs until stopped or drained. Those that run at the stop have some time to end and are then given back.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var claiming = CancellationTokenSource.CreateLinkedTokenSource(stop, draining.Token);
        using var slots = new SemaphoreSlim(options.Concurrency);
        var runs = new ConcurrentDictionary<Task, bool>();
        try
        {
            while (true)
            {
                await slots.WaitAsync(claiming.Token);
                await options.BeforeClaim(claiming.Token);
                var lease = await ClaimAsync(claiming.Token);
                var run = new JobRun(lease, queue.Options, options);
                running[lease.Token] = run;
                var task = Task.Run(() => DoAsync(run, slots), CancellationToken.None);
                runs[task] = true;
                _ = task.ContinueWith(done => runs.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException) when (claiming.IsCancellationRequested)
        {
        }
        await EndAsync([.. runs.Keys], stop);
    }

    /// <summary>A database that stays away is waited for here: the process has nothing else to do.</summary>
    async Task<JobLease> ClaimAsync(CancellationToken cancel)
    {
        while (true)
            try
            {
                return await queue.ClaimAsync(worker, cancel);
            }
            catch (JobException exception)
            {
                queue.Options.Report?.Invoke($"no jobs can be claimed: {exception.Message}");
                await Task.Delay(JobRunnerOptions.RetryPause, queue.Options.Clock, cancel);
            }
    }

    async Task DoAsync(JobRun run, SemaphoreSlim slots)
    {
        try
        {
            await run.RunAsync(handlers[run.Job.Kind]);
        }
        catch (LeaseLostException)
        {
            queue.Options.Report?.Invoke($"job {run.Job.Id} went to another worker, its work here is void");
        }
        catch (JobException exception)
        {
            queue.Options.Report?.Invoke($"the end of job {run.Job.Id} could not be written: {exception.Message}");
        }
        finally
        {
            running.TryRemove(run.Token, out _);
            slots.Release();
        }
    }

    async Task EndAsync(IReadOnlyCollection<Task> runs, CancellationToken stop)
    {
        var all = Task.WhenAll(runs);
        // Drained, not stopped: as long as it takes.
        var stopped = new TaskCompletionSource();
        await using (stop.Register(stopped.SetResult))
            await Task.WhenAny(all, stopped.Task);
        if (!all.IsCompleted)
            await Task.WhenAny(all, Task.Delay(options.ShutdownTime, queue.Options.Clock, CancellationToken.None));
        foreach (var run in running.Values)
            run.Stop(JobStopReason.ShuttingDown);
        await all;
    }
}
