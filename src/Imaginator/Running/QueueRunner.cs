using System.Text.Json;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;

namespace ImageSdk.Imaginator.Running;

/// <summary>
/// Has workers build: each build is a job of its own, which a worker takes from the queue, and which is followed here. A daemon that stops or is
/// killed leaves it to the worker, and goes on following, or takes its result, after its next start.
/// </summary>
/// <param name="queue">Where the jobs are.</param>
/// <param name="architecture">Of streams that name none.</param>
/// <param name="batch">Starts a worker for each job; null for workers that are there.</param>
sealed class QueueRunner(JobQueue queue, string architecture, IBatchSystem? batch = null) : IBuildRunner
{
    /// <summary>All that are wanted: workers, or the batch system, decide how many are done at once.</summary>
    const int Many = 1000;

    /// <summary>The beginning of the label of a job for which a worker is started.</summary>
    const string BatchLabel = "job:";

    public int Concurrency => Many;

    /// <summary>Nothing is lost: workers go on.</summary>
    public TimeSpan ShutdownTime => TimeSpan.Zero;

    public async Task<BuildOutcome> RunAsync(BuildRun run, CancellationToken stop)
    {
        var job = await FindOrSubmitAsync(run, stop);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var events = RelayEventsAsync(run, job.Id, following.Token);
        // A job that ended while this daemon was away needs no worker.
        var given = batch is null || job.State.IsFinal() ? null : WatchBatchAsync(batch, run, job, following);
        try
        {
            await foreach (var chunk in queue.LogAsync(job.Id, cancel: following.Token))
                run.Log.Write(chunk.Bytes.Span);
            var ended = await queue.WaitAsync(job.Id, following.Token);
            return ended is not { State: JobState.Succeeded, Result: { } result }
                ? throw new BuildFailedException(ended?.Failure ?? $"the job of the build of {run.Order.Stream} is gone")
                : EngineResult.Read(result) is { Needed: { } needed } ? throw needed.ToException() : EngineResult.Read(result).Outcome!;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && given is not null)
        {
            throw new BuildFailedException(await given ?? "the batch system has ended the build");
        }
        catch (OperationCanceledException)
        {
            // Where only this daemon stops, the worker goes on.
            if (run.Context.StopReason is JobStopReason.Cancelled or JobStopReason.TimeLimit)
                await queue.CancelAsync(job.Id, $"the build of {run.Order.Stream} is cancelled", CancellationToken.None);
            throw;
        }
        finally
        {
            await following.CancelAsync();
            await events.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (batch is not null && IsForBatch(job))
                await EndBatchAsync(batch, given ?? Task.CompletedTask, job);
        }
    }

    /// <summary>The job of an earlier attempt, be it one that a daemon began which was killed; else a new one.</summary>
    async Task<Job> FindOrSubmitAsync(BuildRun run, CancellationToken stop)
    {
        var key = $"{run.Context.Job.Id}/{run.Step}";
        if (await queue.ListAsync(new() { Kind = EngineJob.Kind, Key = key, Limit = 1 }, stop) is [{ State: JobState.Queued or JobState.Running or JobState.Succeeded } earlier])
        {
            if (earlier.State == JobState.Succeeded || IsForBatch(earlier) == batch is not null)
                return earlier;
            await queue.CancelAsync(earlier.Id, "the imaginator has another -buildRunner now", stop);
        }
        var placement = run.Stream.Placement;
        var submission = await queue.SubmitAsync(
            new JobRequest(EngineJob.Kind, run.Context.Job.Owner, JsonSerializer.Serialize(run.Order))
            {
                Key = key,
                Architecture = run.Stream.ArchitectureOr(architecture),
                // A batch system has seen to the others, and starts a worker that does this job only.
                Labels = batch is null ? placement.Labels : [$"{BatchLabel}{key}:{Guid.NewGuid():N}"],
                Priority = run.Context.Job.Priority,
                TimeLimit = run.TimeLimit,
            }, stop);
        return submission.Job;
    }

    static bool IsForBatch(Job job) => job.Labels is [var label, ..] && label.StartsWith(BatchLabel, StringComparison.Ordinal);

    async Task RelayEventsAsync(BuildRun run, long id, CancellationToken stop)
    {
        await foreach (var happened in queue.EventsAsync(id, cancel: stop))
            if (happened.Kind is JobEventKind.Claimed)
                await run.Context.ReportAsync($"worker {happened.Text}", stop);
            else if (happened.Kind is JobEventKind.Progress or JobEventKind.Retrying)
                await run.Context.ReportAsync(happened.Text ?? "", stop);
    }

    /// <summary>Hands the job to the batch system, and ends it where that gives it up.</summary>
    /// <returns>Why it does; null where the worker has ended the job.</returns>
    async Task<string?> WatchBatchAsync(IBatchSystem system, BuildRun run, Job job, CancellationTokenSource following)
    {
        var failure = $"the worker of the batch system has ended without building {run.Order.Stream}; its own log may say why";
        try
        {
            await system.RunAsync(new(job, run.Stream.Placement, run.Stream.ArchitectureOr(architecture), run.TimeLimit, text => run.Log.Write(text)), following.Token);
        }
        catch (Exception problem) when (!following.IsCancellationRequested)
        {
            failure = problem.Message;
        }
        try
        {
            if (await queue.FindAsync(job.Id, following.Token) is not { State: JobState.Queued or JobState.Running })
                return null;
            await queue.CancelAsync(job.Id, failure, following.Token);
        }
        catch (JobException problem)
        {
            failure = $"{failure} ({problem.Message})";
        }
        await following.CancelAsync();
        return failure;
    }

    async Task EndBatchAsync(IBatchSystem system, Task given, Job job)
    {
        await given.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (await queue.FindAsync(job.Id, CancellationToken.None) is not { State: JobState.Queued or JobState.Running })
            await system.RemoveAsync(job, CancellationToken.None);
    }
}
