using System.Collections.Concurrent;
using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Archive;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;

namespace ImageSdk.Imaginator.Projects;

/// <summary>Builds of projects as jobs, each for the caller who waits for it.</summary>
/// <param name="queue">Where they wait.</param>
/// <param name="variables">Variables that are kept out of other files.</param>
/// <param name="archive">Where logs go.</param>
/// <param name="concurrency">Builds that go on at once.</param>
/// <param name="log">The daemon's log.</param>
/// <param name="time">The clock.</param>
sealed class ProjectBuilds(
    JobQueue queue, ProjectBuilder builder, ProjectResults results, Func<IReadOnlyDictionary<string, string>> variables, BuildLogArchive archive,
    int concurrency, Action<string> log, TimeProvider time)
{
    const string Kind = BuildJobs.ProjectKind;
    const string AnonymousOwner = "anonymous";

    /// <summary>Builds of one user that wait or go on.</summary>
    const int MaximumPerUser = 100;

    readonly ConcurrentDictionary<string, ProjectSession> sessions = new(StringComparer.Ordinal);

    public ProjectResults Results => results;

    /// <summary>Does jobs until stopped.</summary>
    public Task RunAsync(CancellationToken stop) =>
        new JobRunner(queue, new(Environment.MachineName, [Kind]), new Dictionary<string, JobHandler> { [Kind] = RunAsync }, new() { Concurrency = concurrency }).RunAsync(stop);

    /// <summary>Asks for a build. Its news and its end are the session's.</summary>
    public async Task<long> SubmitAsync(ProjectSession session, CancellationToken cancellation)
    {
        if (sessions.Values.Count(other => other.User == session.User) >= MaximumPerUser)
            throw new BuildException("IMG7364", $"{MaximumPerUser} builds of yours wait already. Try again when some of them are done.");
        sessions[session.Id] = session;
        try
        {
            var order = new BuildOrder(session.Project.Project.Stream) { User = session.User, Session = session.Id };
            var owner = session.User.Length > 0 ? session.User : AnonymousOwner;
            var submission = await queue.SubmitAsync(new JobRequest(Kind, owner, JsonSerializer.Serialize(order)) { Subject = order.Stream, Priority = 1, MaxAttempts = 1 }, cancellation);
            _ = EndWithJobAsync(submission.Job.Id, session);
            return submission.Job.Id;
        }
        catch
        {
            sessions.TryRemove(session.Id, out _);
            throw;
        }
    }

    /// <summary>The caller has gone.</summary>
    public Task CancelAsync(long id) => queue.CancelAsync(id, "the machine that asked for it has gone");

    /// <summary>Why a job that told nothing has ended.</summary>
    public async Task<string> FindFailureAsync(long id) => (await queue.FindAsync(id))?.Failure ?? "the build is gone";

    // A job may be cancelled before it begins.
    async Task EndWithJobAsync(long id, ProjectSession session)
    {
        try
        {
            await queue.WaitAsync(id);
        }
        catch (Exception problem) when (problem is JobException or OperationCanceledException or ObjectDisposedException)
        {
            // The daemon ends.
        }
        sessions.TryRemove(session.Id, out _);
        session.End();
    }

    async Task<string?> RunAsync(JobContext context, CancellationToken stop)
    {
        var order = JsonSerializer.Deserialize<BuildOrder>(context.Job.Input)!;
        if (order.Session is null || !sessions.TryGetValue(order.Session, out var session))
            throw new JobFailedException("the daemon was started again, and the machine that asked for it has gone");
        var began = time.GetTimestamp();
        var written = new JobLogListener(context.Log);
        var masked = new MaskedListener(written, new SecretMask(variables().Values));
        ProjectListener? listener = null;
        try
        {
            written.Write($"Building: {order.Stream} for: {order.User} (a project of another machine)");
            var output = await builder.BuildAsync(session, tree => listener = new(session, masked, tree), stop);
            var name = results.Keep(session.User, output.ImageFile, output.LogFile);
            await ArchiveAsync("");
            session.Succeed(name, output.Files, output.Directory.Dispose);
            log($"Built a project of {order.User}: {order.Stream}");
            return new BuildOutcome("").ToString();
        }
        catch (Exception problem) when (!stop.IsCancellationRequested && Explain(problem) is { } failure)
        {
            var error = failure.ToLine();
            written.Write($"Error building image: {error}");
            await ArchiveAsync(error);
            session.Fail(listener?.ForCaller(failure) ?? failure);
            throw new JobFailedException(error, problem);
        }
        catch (Exception problem)
        {
            await ArchiveAsync($"{context.StopReason}: {problem.Message}");
            throw;
        }

        // Before the caller hears of the end, who may look for the log then.
        Task ArchiveAsync(string error) => archive.AddAsync(null, order.Stream, new(time.GetElapsedTime(began), error, order.User ?? ""), written.Kept);
    }

    static Diagnostic? Explain(Exception problem) => problem switch
    {
        BuildException { Diagnostic: var diagnostic } => diagnostic,
        IOException or UnauthorizedAccessException => new(DiagnosticSeverity.Error, "IMG7364", $"The imaginator cannot build it: {problem.Message}"),
        _ => null,
    };
}
