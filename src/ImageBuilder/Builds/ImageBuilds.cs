using ImageSdk.ImageBuilder.Orders;
using ImageSdk.ImageBuilder.Requests;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;

namespace ImageSdk.ImageBuilder.Builds;

/// <summary>
/// Requests and builds as jobs. Each request is a job of its own, which follows the job that builds; requests for the same content share the latter
/// as long as it waits or goes on.
/// </summary>
/// <param name="queue">Where they wait.</param>
/// <param name="requests">Does a request.</param>
/// <param name="builds">Does a build.</param>
/// <param name="concurrency">Builds that go on at once.</param>
/// <param name="log">Of the daemon.</param>
sealed class ImageBuilds(JobQueue queue, JobHandler requests, JobHandler builds, int concurrency, Action<string> log)
{
    /// <summary>Jobs of those who asked.</summary>
    public const string RequestKind = "request";

    /// <summary>Jobs that build.</summary>
    public const string BuildKind = "build";

    /// <summary>All are of one owner: builds go on in the order in which they were asked for.</summary>
    const string Owner = "image-builder";

    /// <summary>Requests that are followed at once. Others wait until some of these are over, and their builds go on all the same.</summary>
    const int ManyRequests = 1000;

    /// <summary>Of a request, which does nothing that could fail: it comes to an end with its build.</summary>
    const int ManyAttempts = 1_000_000;

    // A request that comes after another has the later build.
    readonly SemaphoreSlim turn = new(1);

    public JobQueue Queue => queue;

    public int Concurrency => concurrency;

    /// <summary>Records a request.</summary>
    /// <param name="ignored">Members of it that have no meaning.</param>
    /// <param name="key">Of the message that it came with: requests of one key are one. Null for none.</param>
    /// <returns>The request's job.</returns>
    public async Task<Job> SubmitAsync(BuildImageRequest request, IReadOnlyList<string> ignored, string? key, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var order = new BuildOrder(Guid.NewGuid(), request.ContentKey, request.BaseImage, request.PpaList, request.PackageList);
            var build = await queue.SubmitAsync(new JobRequest(BuildKind, Owner, order.ToString()) { Key = order.Key }, cancellation);
            var submission = await queue.SubmitAsync(
                new JobRequest(RequestKind, Owner, new RequestOrder(request, build.Job.Id, build.Ticket, ignored).ToString())
                {
                    Key = key, Subject = request.TicketId.Length > 0 ? request.TicketId : null, MaxAttempts = ManyAttempts,
                }, CancellationToken.None);
            // It came before: that request waits for the build already.
            if (submission.Joined)
                await queue.WithdrawAsync(build.Ticket, CancellationToken.None);
            log($"Request {submission.Job.Id}{(request.TicketId.Length > 0 ? $" of ticket {request.TicketId}" : "")}: {(build.Joined ? "shares" : "has")} build {build.Job.Id}");
            return submission.Job;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>A request by its number; null where there is none.</summary>
    public async Task<Job?> FindAsync(long id, CancellationToken cancellation) =>
        await queue.FindAsync(id, cancellation) is { Kind: RequestKind } job ? job : null;

    /// <summary>Takes a request back. Its build ends where no other request shares it.</summary>
    /// <returns>The job after that; one that was over stays as it was.</returns>
    public async Task<Job?> CancelAsync(Job request, string reason, CancellationToken cancellation)
    {
        var after = await queue.CancelAsync(request.Id, reason, cancellation);
        if (after?.State is not (JobState.Succeeded or JobState.Failed))
            await queue.WithdrawAsync(RequestOrder.Read(request.Input).Ticket, CancellationToken.None);
        return after;
    }

    /// <summary>Does jobs until stopped. Those that go on have some time to end, and begin again with the next start.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        Runner(RequestKind, requests, ManyRequests).RunAsync(stop), Runner(BuildKind, builds, concurrency).RunAsync(stop));

    JobRunner Runner(string kind, JobHandler handler, int atOnce) => new(
        queue, new($"image builder of {Environment.MachineName}", [kind]), new Dictionary<string, JobHandler> { [kind] = handler }, new() { Concurrency = atOnce, ShutdownTime = TimeSpan.FromSeconds(5) });
}
