using System.Threading.Channels;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Dependencies;
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
/// <param name="dependencies">What is built on what; null to build nothing but the streams of the list.</param>
/// <param name="interval">From the begin of a cycle to the next; zero for those that are asked for only.</param>
sealed class AutoBuilds(
    BuildJobs jobs, BuildSwitches switches, StreamCatalogue streams, ImageServerLink server, DependencyGenerator? dependencies, TimeSpan interval, TimeSpan timeLimit, Action<string> log, TimeProvider time)
{
    static readonly TimeSpan pause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan streamsPatience = TimeSpan.FromMinutes(5);

    /// <summary>How old what is known of dependencies may be.</summary>
    static readonly TimeSpan dependenciesAge = TimeSpan.FromSeconds(10);

    /// <summary>Streams that are looked at at once.</summary>
    const int MostChecks = 16;

    readonly StaleStreams stale = new(server);
    readonly SemaphoreSlim checks = new(MostChecks);
    readonly Lock noting = new();
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
            Note(await RebuildAsync(stream, extendOnly, stop));
        }
        if (dependencies is not null && !extendOnly)
            await FollowAsync(dependencies, stop);
        Cycle = Cycle with { EndedAt = time.GetUtcNow() };
        log($"Completed automatic image build cycle in {HumanDuration.Format(time.GetElapsedTime(began))}");
    }

    void Note(AutoBuildResult result)
    {
        lock (noting)
            Cycle = Cycle! with { Results = [.. Cycle.Results, result] };
    }

    /// <summary>Builds what is built on the streams of the list, where its source has changed since, and what is built on that in turn.</summary>
    async Task FollowAsync(DependencyGenerator generator, CancellationToken stop)
    {
        var sources = (await generator.GetAsync(dependenciesAge, stop))?.StreamToSource ?? new Dictionary<string, string>();
        var dependents = sources.ToLookup(each => each.Value, each => each.Key, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var listed = streams.Main.ImageStreamsToAutoRebuild.ToHashSet(StringComparer.Ordinal);
        // Of a stream that is built on another of the list, the other one sees to it.
        await Task.WhenAll(listed.Select(FollowOneAsync));

        async Task FollowOneAsync(string source)
        {
            lock (seen)
                if (!seen.Add(source))
                    return;
            await Task.WhenAll(dependents[source].Select(async dependent =>
            {
                await FollowAsync(dependent, source, stop);
                await FollowOneAsync(dependent);
            }));
        }
    }

    async Task FollowAsync(string stream, string source, CancellationToken stop)
    {
        await checks.WaitAsync(stop);
        StaleStream? found;
        try
        {
            found = await stale.CheckAsync(stream, source, stop);
        }
        catch (SrpcException problem)
        {
            log($"Error looking at stream: {stream}: {problem.Message}");
            return;
        }
        finally
        {
            checks.Release();
        }
        if (found is null)
            return;
        log($"Source of stream: {stream} has changed: {source}");
        // It takes the place of the other image, for as long.
        var left = found.ExpiresAt is { } end ? end - time.GetUtcNow() : TimeSpan.Zero;
        var result = await RebuildAsync(stream, switches.AutomaticDisabledUntil is not null, stop, found.ExpiresAt is null || left > ExpiresIn ? left : ExpiresIn);
        if (result is { Failure: "", IsExtended: false })
            stale.Note(found);
        Note(result with { Follows = source });
    }

    async Task<AutoBuildResult> RebuildAsync(string stream, bool extendOnly, CancellationToken stop, TimeSpan? expiresIn = null)
    {
        var failure = "";
        if (!extendOnly)
            try
            {
                var submission = await jobs.SubmitAsync(new(stream) { ExpiresIn = expiresIn ?? ExpiresIn, TimeLimit = timeLimit, IsAutomatic = true }, stop);
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
sealed record AutoBuildResult(string Stream, string Image, string Failure, bool IsExtended)
{
    /// <summary>The source that has changed; empty for a stream of the list.</summary>
    public string Follows { get; init; } = "";
}
