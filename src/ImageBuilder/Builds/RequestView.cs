using ImageSdk.ImageBuilder.Orders;
using ImageSdk.ImageBuilder.Requests;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>A request as those see it who ask for it.</summary>
/// <param name="State">queued, running, cancelling, completed, failed or cancelled.</param>
/// <param name="Step">What is done now, or was done last.</param>
/// <param name="Started">When its build began.</param>
/// <param name="Build">The number of its build, which requests for the same content share.</param>
/// <param name="Attempt">Of the build.</param>
sealed record RequestView(
    long Id, BuildImageRequest Request, string State, BuildStep Step, DateTimeOffset Submitted, DateTimeOffset? Started, DateTimeOffset? Finished, long Build, int Attempt, string? Error, BuildResult? Result)
{
    public bool IsOver => State is "completed" or "failed" or "cancelled";

    /// <param name="request">The request's job.</param>
    public static async Task<RequestView> OfAsync(JobQueue queue, Job request, CancellationToken cancellation)
    {
        var order = RequestOrder.Read(request.Input);
        var build = await queue.FindAsync(order.Build, cancellation);
        var step = new BuildStep(BuildSteps.Queue, "The request waits for its turn");
        if (build is { State: not JobState.Queued } or { Attempt: > 0 })
            await foreach (var past in queue.EventsAsync(order.Build, follow: false, cancel: cancellation))
                step = BuildStep.TryRead(past.Text) ?? step;
        var state = request.State switch
        {
            JobState.Succeeded => "completed",
            JobState.Failed => "failed",
            JobState.Cancelled => "cancelled",
            JobState.Cancelling => "cancelling",
            _ => build?.State is JobState.Queued ? "queued" : "running",
        };
        return new(
            request.Id, order.Request, state, state == "completed" ? new(BuildSteps.Done, "The image is built") : step, request.Submitted, build?.Started, request.Finished, order.Build, build?.Attempt ?? 0,
            request.State is JobState.Failed or JobState.Cancelled ? request.Failure : null, request.Result is { } result ? BuildResult.Read(result) : null);
    }

    /// <summary>Requests that wait or go on, in the order in which they came.</summary>
    public static async Task<IReadOnlyList<RequestView>> ListCurrentAsync(JobQueue queue, int limit, CancellationToken cancellation)
    {
        var jobs = new List<Job>();
        // In the order in which a job goes through them: one that goes on meanwhile is seen twice, and not missed.
        foreach (var state in new[] { JobState.Queued, JobState.Running, JobState.Cancelling })
            jobs.AddRange(await queue.ListAsync(new() { Kind = ImageBuilds.RequestKind, State = state, Limit = limit }, cancellation));
        var views = new List<RequestView>();
        foreach (var job in jobs.DistinctBy(job => job.Id).OrderBy(job => job.Id).Take(limit))
            views.Add(await OfAsync(queue, job, cancellation));
        return views;
    }
}
