using System.Threading.Channels;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Jobs;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Builds;

/// <summary>
/// Cycles of automatic builds: the streams of ImageStreamsToAutoRebuild, in order and one after the other. A stream whose build fails, or any
/// while automatic builds are disabled, has its newest image kept for longer instead.
/// </summary>
/// <param name="interval">From the begin of a cycle to the next; zero for those that are asked for only.</param>
sealed class AutoBuilds(
    BuildJobs jobs, BuildSwitches switches, StreamCatalogue streams, ImageServerLink server, TimeSpan interval, TimeSpan timeLimit, Action<string> log, TimeProvider time)
{
    static readonly TimeSpan pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan streamsPatience = TimeSpan.FromMinutes(5);

    readonly Channel<Demand> demands = Channel.CreateUnbounded<Demand>();
    int busy;

    sealed class Demand
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    TimeSpan ExpiresIn => interval > TimeSpan.Zero ? 2 * interval : TimeSpan.FromHours(1);

    /// <summary>What the cycle that is under way has done, the last one where none is; null before the first.</summary>
    public AutoBuildCycle? Cycle { get; private set; }

    /// <summary>When the next cycle begins by itself; null for never, or while one is under way.</summary>
    public DateTimeOffset? NextAt { get; private set; }

    /// <summary>Has a cycle begin now.</summary>
    /// <exception cref="BuildRefusedException">One is under way, and the request does not want to wait for it.</exception>
    public async Task StartAsync(StartAutoBuildsRequest request, CancellationToken cancellation)
    {
        if (!request.WaitToStart && Interlocked.CompareExchange(ref busy, 1, 0) != 0)
            throw new BuildRefusedException("auto build busy");
        var demand = new Demand();
        await demands.Writer.WriteAsync(demand, cancellation);
        if (request.WaitToStart)
            await demand.Begun.Task.WaitAsync(cancellation);
        if (request.WaitForComplete)
            await demand.Ended.Task.WaitAsync(cancellation);
    }

    /// <summary>Runs cycles until stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var wait = interval > TimeSpan.Zero ? pause : Timeout.InfiniteTimeSpan;
        while (true)
        {
            var demand = await WaitAsync(wait, stop);
            Interlocked.Exchange(ref busy, 1);
            var began = time.GetTimestamp();
            demand?.Begun.TrySetResult();
            try
            {
                await RunOnceAsync(stop);
            }
            finally
            {
                Interlocked.Exchange(ref busy, 0);
                demand?.Ended.TrySetResult();
            }
            if (interval > TimeSpan.Zero)
                wait = interval - time.GetElapsedTime(began) is var left && left > pause ? left : pause;
        }
    }

    async Task<Demand?> WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        NextAt = wait > TimeSpan.Zero ? time.GetUtcNow() + wait : null;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var next = demands.Reader.ReadAsync(limit.Token).AsTask();
            if (await Task.WhenAny(next, Task.Delay(wait, time, limit.Token)) == next)
                return await next;
            await limit.CancelAsync();
            stop.ThrowIfCancellationRequested();
            try
            {
                return await next;
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
        finally
        {
            NextAt = null;
        }
    }

    async Task RunOnceAsync(CancellationToken stop)
    {
        var isLoaded = await Task.WhenAny(streams.File.Loaded, Task.Delay(streamsPatience, time, stop)) == streams.File.Loaded;
        stop.ThrowIfCancellationRequested();
        log("Starting automatic image build cycle");
        var began = time.GetTimestamp();
        Cycle = new(time.GetUtcNow(), null, []);
        // Once it is so, it is so for the rest of the cycle.
        var extendOnly = !isLoaded;
        foreach (var stream in streams.Main.ImageStreamsToAutoRebuild)
        {
            if (!extendOnly && switches.AutomaticDisabledUntil is { } until)
            {
                extendOnly = true;
                log($"Auto rebuilds disabled until {until.UtcDateTime:u}, will extend image lifetimes");
            }
            Cycle = Cycle with { Results = [.. Cycle.Results, await RebuildAsync(stream, extendOnly, stop)] };
        }
        Cycle = Cycle with { EndedAt = time.GetUtcNow() };
        log($"Completed automatic image build cycle in {HumanDuration.Format(time.GetElapsedTime(began))}");
    }

    async Task<AutoBuildResult> RebuildAsync(string stream, bool extendOnly, CancellationToken stop)
    {
        var failure = "";
        if (!extendOnly)
            try
            {
                var submission = await jobs.SubmitAsync(new(stream) { ExpiresIn = ExpiresIn, TimeLimit = timeLimit, IsAutomatic = true }, stop);
                var job = await jobs.Queue.WaitAsync(submission.Job.Id, stop);
                if (job is { State: JobState.Succeeded, Result: { } result })
                    return new(stream, BuildOutcome.Read(result).ImageName, "", IsExtended: false);
                failure = job?.Failure ?? "its job is gone";
                log($"Error building image: {stream}: {failure}");
            }
            catch (JobException problem)
            {
                failure = problem.Message;
                log($"Error building image: {stream}: {failure}");
            }
        return await ExtendAsync(stream, failure, stop);
    }

    async Task<AutoBuildResult> ExtendAsync(string stream, string failure, CancellationToken stop)
    {
        try
        {
            if (await server.FindLatestAsync(stream, "", new Dictionary<string, IReadOnlyList<string>>(), stop) is not { } image)
                return new(stream, "", failure, IsExtended: false);
            await server.ExtendAsync(image, time.GetUtcNow() + ExpiresIn, stop);
            log($"Extended expiration for image: {image}");
            return new(stream, image, failure, IsExtended: true);
        }
        catch (SrpcException problem)
        {
            log($"Error extending expiration for image: {stream}: {problem.Message}");
            return new(stream, "", failure.Length > 0 ? failure : problem.Message, IsExtended: false);
        }
    }
}

/// <param name="EndedAt">Null while it is under way.</param>
sealed record AutoBuildCycle(DateTimeOffset BegunAt, DateTimeOffset? EndedAt, IReadOnlyList<AutoBuildResult> Results);

/// <param name="Image">The image that was built or is kept for longer; empty for none.</param>
/// <param name="Failure">Empty where none was.</param>
sealed record AutoBuildResult(string Stream, string Image, string Failure, bool IsExtended);
