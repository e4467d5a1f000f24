using System.Globalization;
using ImageSdk.ImageBuilder.Destinations;
using ImageSdk.ImageBuilder.Messages;
using ImageSdk.ImageBuilder.Orders;
using ImageSdk.ImageBuilder.Outbound;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>
/// Follows the build of a request: a job of the kind <see cref="ImageBuilds.RequestKind"/>. It reports the progress, asks the request's cancel_url,
/// copies the log and keeps it.
/// </summary>
/// <param name="queue">Where the build is.</param>
/// <param name="sender">Sends the progress.</param>
/// <param name="cancelUrl">Asks whether anyone still waits.</param>
/// <param name="data">Where logs go.</param>
/// <param name="period">Longest time between two messages.</param>
sealed class RequestRun(JobQueue queue, ProgressSender sender, CancelUrl cancelUrl, IDataStore data, TimeSpan period, TimeProvider time)
{
    /// <summary>That a build may take to end.</summary>
    static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    /// <summary>That a store may take for the log of a request that is cancelled.</summary>
    static readonly TimeSpan logPatience = TimeSpan.FromSeconds(2);

    public async Task<string?> RunAsync(JobContext context, CancellationToken stop)
    {
        var order = RequestOrder.Read(context.Job.Input);
        var log = new FollowedLog(queue, context.Log);
        var progress = new ProgressReport(order, context.Job, sender, log.Note, time);
        if (context.Job.Attempt <= 1 && order.Ignored.Count > 0)
            log.Note($"IMG7404: of no meaning, and ignored: {string.Join(", ", order.Ignored)}");
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var beside = new[] { ReportAsync(order, progress, ending.Token), AskAsync(context.Job.Id, order, log, ending.Token) };
        Job? build;
        try
        {
            await log.FollowAsync(context.Job.Id, order.Build, stop);
            build = await queue.WaitAsync(order.Build, stop);
            if (build is { State: JobState.Cancelled } && await queue.FindAsync(context.Job.Id, stop) is { State: JobState.Cancelling })
                // A request that is cancelled takes its build back at once: the end of the build may be news before the request's own.
                await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException) when (context.StopReason == JobStopReason.Cancelled)
        {
            await StopAsync(order);
            await EndAsync();
            progress.End(ProgressMessage.Cancelled, "The request was cancelled");
            await KeepCancelledLogAsync(context.Job.Id, order, log);
            throw;
        }
        finally
        {
            await EndAsync();
        }
        var logs = await KeepLogAsync(context.Job.Id, order, log, stop);
        if (build is { State: JobState.Succeeded, Result: { } result })
        {
            var read = BuildResult.Read(result);
            var full = read with { Artifacts = [.. read.Artifacts, .. logs] };
            progress.Complete(full);
            return full.ToString();
        }
        var failure = build?.Failure ?? "the build is gone";
        progress.End(ProgressMessage.Failed, failure, logs);
        throw new JobFailedException(failure);

        async Task EndAsync()
        {
            await ending.CancelAsync();
            foreach (var task in beside)
                await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tells each step as it begins, and something at least once a period.</summary>
    async Task ReportAsync(RequestOrder order, ProgressReport progress, CancellationToken ending)
    {
        // Of what happened before this process followed it, the last is news.
        var seen = 0L;
        BuildStep? step = null;
        await foreach (var past in queue.EventsAsync(order.Build, follow: false, cancel: ending))
            (seen, step) = (past.Sequence, BuildStep.TryRead(past.Text) ?? step);
        progress.Report(step ?? new(BuildSteps.Queue, "The request waits for its turn"));
        await using var events = queue.EventsAsync(order.Build, seen, cancel: ending).GetAsyncEnumerator(ending);
        var next = events.MoveNextAsync().AsTask();
        while (true)
        {
            if (await Task.WhenAny(next, Task.Delay(period, time, ending)) != next)
            {
                ending.ThrowIfCancellationRequested();
                progress.Repeat();
                continue;
            }
            if (!await next)
                break;
            if (BuildStep.TryRead(events.Current.Text) is { } begun)
                progress.Report(begun);
            else if (events.Current is { Kind: JobEventKind.Retrying, Text: var why })
                progress.Report(new(BuildSteps.Queue, $"The build is tried again: {why}"));
            next = events.MoveNextAsync().AsTask();
        }
        // The log may still be on its way.
        while (true)
        {
            await Task.Delay(period, time, ending);
            progress.Repeat();
        }
    }

    async Task AskAsync(long id, RequestOrder order, FollowedLog log, CancellationToken ending)
    {
        if (order.Request.CancelUrl is not { } url)
            return;
        await cancelUrl.WaitForEndAsync(url, log.Note, ending);
        log.Note("cancel_url says that the image is no longer wanted");
        await queue.CancelAsync(id, "cancel_url says that the image is no longer wanted", CancellationToken.None);
    }

    /// <summary>Takes the request back from its build, and waits for the end of that where it ends.</summary>
    async Task StopAsync(RequestOrder order)
    {
        if (await queue.WithdrawAsync(order.Ticket) is not { State: JobState.Cancelling })
            return;
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await queue.WaitAsync(order.Build, limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It ends without anyone who waits.
        }
    }

    /// <summary>Keeps the log where the store takes it at once: the request does not stay in its last state for a store that is away.</summary>
    async Task KeepCancelledLogAsync(long id, RequestOrder order, FollowedLog log)
    {
        using var limit = new CancellationTokenSource(logPatience);
        try
        {
            await KeepLogAsync(id, order, log, limit.Token);
        }
        catch (OperationCanceledException)
        {
            log.Note($"(warning) the log is not kept: its store has not taken it within {logPatience.TotalSeconds:0} s");
        }
    }

    async Task<IReadOnlyList<BuildArtifact>> KeepLogAsync(long id, RequestOrder order, FollowedLog log, CancellationToken stop)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"request-{id}.log");
        if (await queue.FindAsync(order.Build, stop) is not { } build)
            return [];
        try
        {
            using var content = await log.ReadAsync(order.Build, stop);
            return [new(name, "LOGS", await DataRetry.PutAsync(data, BuildRun.ContainerOf(BuildOrder.Read(build.Input).ImageId), name, "text/plain; charset=utf-8", content, stop))];
        }
        catch (DestinationException problem)
        {
            log.Note($"(warning) {problem.Code}: the log is not kept: {problem.Message}");
            return [];
        }
    }
}
