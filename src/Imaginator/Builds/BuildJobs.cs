using System.Text.Json;
using ImageSdk.Images;
using ImageSdk.Imaginator.Archive;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;

namespace ImageSdk.Imaginator.Builds;

/// <summary>Builds as jobs: they are submitted here, and done here where the queue gives them to this process.</summary>
/// <param name="queue">Where they wait.</param>
/// <param name="streams">What can be built.</param>
/// <param name="runner">What builds.</param>
/// <param name="server">Where images go.</param>
/// <param name="archive">Where logs go.</param>
/// <param name="log">The daemon's log.</param>
/// <param name="time">The clock.</param>
sealed class BuildJobs(
    JobQueue queue, StreamCatalogue streams, IBuildRunner runner, ImageServerLink server, BuildLogArchive archive, Action<string> log, TimeProvider time)
{
    /// <summary>Jobs of those who asked.</summary>
    public const string BuildKind = "build";

    /// <summary>Jobs of source images. They never wait for a worker, as others wait for them.</summary>
    public const string SourceKind = "source";

    /// <summary>Jobs of projects of other machines.</summary>
    public const string ProjectKind = "project";

    static readonly string[] kinds = [BuildKind, SourceKind, ProjectKind];

    const string AutomaticOwner = "imaginator";

    /// <summary>Where the daemon has no TLS.</summary>
    const string AnonymousOwner = "anonymous";

    const int ManySources = 1000;
    const int MostCurrent = 1000;

    readonly WaitGraph waits = new();

    public JobQueue Queue => queue;

    public BuildCounts Counts { get; } = new(time);

    public static bool IsBuild(string kind) => kinds.Contains(kind);

    /// <summary>Asks for a build.</summary>
    public Task<JobSubmission> SubmitAsync(BuildOrder order, CancellationToken cancellation) => queue.SubmitAsync(
        new JobRequest(order.Source is null ? BuildKind : SourceKind, order.User switch { null => AutomaticOwner, "" => AnonymousOwner, var user => user }, JsonSerializer.Serialize(order))
        {
            Key = order.Key,
            Subject = order.Stream,
            Priority = order switch { { Source: not null } => 2, { User: not null } => 1, _ => 0 },
            TimeLimit = order.TimeLimit > TimeSpan.Zero ? order.TimeLimit : null,
        }, cancellation);

    /// <summary>The newest builds first, whoever does them.</summary>
    /// <param name="filter">Of all kinds. Its subject is a stream.</param>
    public async Task<IReadOnlyList<Job>> ListAsync(JobFilter filter, CancellationToken cancellation)
    {
        var builds = new List<Job>();
        foreach (var kind in kinds)
            builds.AddRange(await queue.ListAsync(filter with { Kind = kind }, cancellation));
        return [.. builds.OrderByDescending(job => job.Id).Take(filter.Limit)];
    }

    /// <summary>The newest builds first, whoever does them.</summary>
    /// <param name="state">Null for all.</param>
    public Task<IReadOnlyList<Job>> ListAsync(JobState? state, int limit, CancellationToken cancellation) => ListAsync(new() { State = state, Limit = limit }, cancellation);

    /// <summary>Builds that go on, and then those that wait, the newest first.</summary>
    /// <param name="stream">Null for all.</param>
    public async Task<IReadOnlyList<Job>> ListCurrentAsync(string? stream, CancellationToken cancellation)
    {
        // In the order in which a job goes through the states: one that goes on meanwhile is seen twice, and not missed.
        var waiting = await ListAsync(JobState.Queued);
        var going = await ListAsync(JobState.Running);
        var ending = await ListAsync(JobState.Cancelling);
        return [.. ending.Concat(going).Concat(waiting).DistinctBy(job => job.Id).OrderBy(job => job.State == JobState.Queued ? 1 : 0)];

        Task<IReadOnlyList<Job>> ListAsync(JobState state) => this.ListAsync(new() { State = state, Subject = stream, Limit = MostCurrent }, cancellation);
    }

    /// <summary>A build by its number; null where there is none.</summary>
    public async Task<Job?> FindAsync(long id, CancellationToken cancellation) =>
        await queue.FindAsync(id, cancellation) is { } job && IsBuild(job.Kind) ? job : null;

    /// <summary>Does jobs until stopped.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Runner(BuildKind, runner.Concurrency).RunAsync(stop), Runner(SourceKind, ManySources).RunAsync(stop));

    JobRunner Runner(string kind, int concurrency) => new(
        queue, new($"imaginator of {Environment.MachineName}", [kind]), new Dictionary<string, JobHandler> { [kind] = RunAsync }, new() { Concurrency = concurrency, ShutdownTime = runner.ShutdownTime });

    async Task<string?> RunAsync(JobContext context, CancellationToken stop)
    {
        var order = BuildOrder.Read(context.Job.Input);
        var began = time.GetTimestamp();
        var listener = new JobLogListener(context.Log);
        string? name = null;
        var error = "";
        try
        {
            if (order.Source is { } source && await FindSourceAsync(order, source, stop) is { } present)
                return new BuildOutcome(present).ToString();
            Counts.Start(order);
            var outcome = await BuildAsync(context, order, listener, stop);
            name = outcome.ImageName;
            Counts.Count(outcome.Stages ?? []);
            log($"Built image: {(name.Length > 0 ? name : order.Stream)} in {HumanDuration.Format(time.GetElapsedTime(began))}");
            return outcome.ToString();
        }
        catch (Exception problem) when (!stop.IsCancellationRequested && BuildFault.TextOf(problem) is { } text)
        {
            if (problem is SourceNeededException { Needed: var needed })
                await context.ReportAsync(new SourceNotice(needed.Stream, needed.GitCommitId, needed.BuildVariables).ToEvent(), stop);
            error = text;
            // Of a source image the log says so already.
            if (problem is not SourceFailedException)
                listener.Write($"Error building image: {text}");
            throw new JobFailedException(text, problem);
        }
        catch (Exception problem) when (stop.IsCancellationRequested)
        {
            error = context.StopReason == JobStopReason.Cancelled ? "cancelled" : $"{context.StopReason}: {problem.Message}";
            throw;
        }
        finally
        {
            // A job that is given back, or that found its image, was no build.
            if (name is not null || error.Length > 0 && context.StopReason != JobStopReason.ShuttingDown)
            {
                Counts.Finish(name is not null ? "succeeded" : context.StopReason == JobStopReason.Cancelled ? "cancelled" : "failed", time.GetElapsedTime(began));
                await archive.AddAsync(string.IsNullOrEmpty(name) ? null : name, order.Stream, new(time.GetElapsedTime(began), error, order.User ?? ""), listener.Kept);
            }
        }
    }

    async Task<string?> FindSourceAsync(BuildOrder order, NeededSource source, CancellationToken cancellation) =>
        await server.FindLatestAsync(order.Stream, source.GitCommitId, source.TagsToMatch, cancellation) is { } name
        && (order.MaxSourceAge <= TimeSpan.Zero || await server.FindCreationAsync(name, cancellation) is { } made && time.GetUtcNow() - made <= order.MaxSourceAge)
            ? name : null;

    async Task<BuildOutcome> BuildAsync(JobContext context, BuildOrder order, JobLogListener listener, CancellationToken stop)
    {
        if (order.User is { } user)
            listener.Write($"Building: {order.Stream} for: {user}");
        else
            listener.Write($"Building: {order.Stream}");
        log(order.User is null ? $"Auto building image for stream: {order.Stream}" : $"{order.User} requested building image for stream: {order.Stream}");
        try
        {
            return await BuildOnceAsync(context, order, 1, listener, stop);
        }
        catch (SourceNeededException needed) when (!order.DisableRecursiveBuild)
        {
            listener.Write($"{needed.Message}: building it");
            await BuildSourceAsync(order, needed, listener, stop);
            return await BuildOnceAsync(context, order, 2, listener, stop);
        }
    }

    async Task<BuildOutcome> BuildOnceAsync(JobContext context, BuildOrder order, int step, JobLogListener listener, CancellationToken stop)
    {
        var stream = await streams.FindWithReloadAsync(order.Stream, stop) ?? throw new StreamException($"unknown stream: {order.Stream}");
        return await runner.RunAsync(new(order, stream, context, step, listener), stop);
    }

    /// <summary>Has a source image built, once for all who need it.</summary>
    async Task BuildSourceAsync(BuildOrder order, SourceNeededException needed, JobLogListener listener, CancellationToken stop)
    {
        var source = needed.Needed;
        using var wait = waits.Wait(order.Stream, source.Stream);
        var variables = source.BuildVariables.ToDictionary(StringComparer.Ordinal);
        foreach (var (name, value) in order.Variables.Where(variable => variable.Value.Length > 0))
            variables[name] = value;
        var submission = await SubmitAsync(
            new(source.Stream)
            {
                GitBranch = source.GitCommitId,
                Variables = new SortedDictionary<string, string>(variables, StringComparer.Ordinal),
                MaxSourceAge = order.MaxSourceAge,
                ExpiresIn = order.ExpiresIn > TimeSpan.Zero ? order.ExpiresIn : TimeSpan.FromHours(1),
                TimeLimit = order.TimeLimit,
                IsAutomatic = order.IsAutomatic,
                Source = new(source.GitCommitId, source.TagsToMatch),
            }, stop);
        try
        {
            await foreach (var chunk in queue.LogAsync(submission.Job.Id, cancel: stop))
                listener.Write(chunk.Bytes.Span);
        }
        catch (OperationCanceledException)
        {
            await queue.WithdrawAsync(submission.Ticket, CancellationToken.None);
            throw;
        }
        var job = await queue.WaitAsync(submission.Job.Id, stop);
        if (job is not { State: JobState.Succeeded, Result: { } result })
            throw new SourceFailedException(job?.Failure ?? $"the build of {source.Stream} is gone");
        // Who asked first may have needed it for a shorter time.
        if (submission.Joined && BuildOutcome.Read(result) is { ImageName: { Length: > 0 } image })
            await server.ExtendAsync(image, time.GetUtcNow() + order.ExpiresIn, stop);
    }
}

/// <summary>The build of a source image has failed; the message says why.</summary>
sealed class SourceFailedException(string message) : BuildFailedException(message);
