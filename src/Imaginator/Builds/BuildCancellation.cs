using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Jobs;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Builds;

/// <summary>Cancels builds for those who may: who has asked for it, who may ask for builds of the stream, and who holds the power.</summary>
sealed class BuildCancellation(BuildJobs jobs, StreamCatalogue streams, Action<string> log)
{
    /// <summary>The method whose callers may.</summary>
    public const string Method = "Imaginator.CancelBuild";

    public bool IsOpenTo(BuildOrder order, SrpcCaller caller)
    {
        if (caller.HasMethodAccess || caller.User.Length > 0 && order.User == caller.User)
            return true;
        try
        {
            return streams.Find(order.Stream)?.IsOpenTo(caller.User, caller.Groups) == true;
        }
        catch (AmbiguousStreamException)
        {
            return false;
        }
    }

    /// <summary>Cancels one build. A worker that has it hears of it; one that waits ends at once.</summary>
    /// <returns>The job after that; one that was over stays as it was.</returns>
    /// <exception cref="BuildRefusedException">The caller may not.</exception>
    public async Task<Job> CancelAsync(Job job, SrpcCaller caller, CancellationToken cancellation)
    {
        if (!IsOpenTo(BuildOrder.Read(job.Input), caller))
            throw new BuildRefusedException($"no permission to cancel build {job.Id}");
        return await CancelAsync(job, caller.User, cancellation);
    }

    /// <summary>Cancels all builds of a stream that wait or go on and that the caller may cancel.</summary>
    /// <exception cref="BuildRefusedException">There are none, or none that the caller may cancel.</exception>
    public async Task<IReadOnlyList<Job>> CancelAllAsync(string stream, SrpcCaller caller, CancellationToken cancellation)
    {
        var current = await jobs.ListCurrentAsync(stream, cancellation);
        if (current.Count == 0)
            throw new BuildRefusedException($"no build of {stream} is under way");
        var open = current.Where(job => IsOpenTo(BuildOrder.Read(job.Input), caller)).ToList();
        if (open.Count == 0)
            throw new BuildRefusedException($"no permission to cancel builds of {stream}");
        foreach (var job in open)
            await CancelAsync(job, caller.User, cancellation);
        return open;
    }

    async Task<Job> CancelAsync(Job job, string user, CancellationToken cancellation)
    {
        var by = user.Length > 0 ? $"cancelled by {user}" : "cancelled";
        var after = await jobs.Queue.CancelAsync(job.Id, by, cancellation) ?? job;
        log($"Build {job.Id} of stream: {BuildOrder.Read(job.Input).Stream}: {by}");
        return after;
    }
}
