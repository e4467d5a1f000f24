using System.Runtime.CompilerServices;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.ImageService.Runs;

/// <summary>
/// Runs of jobs: what does them, while the record says how far they are. A job that is tried again has several runs, one after the other.
/// </summary>
/// <param name="queue">Where runs wait.</param>
/// <param name="records">Where jobs are.</param>
sealed class JobRuns(JobQueue queue, RecordStore records) : IAsyncDisposable
{
    public const string Kind = "ims-job";

    const string Owner = "ims";

    /// <summary>Of one run: a service that is killed again and again gives the job up.</summary>
    const int MaxAttempts = 5;

    public JobQueue Queue => queue;

    /// <summary>Opens the queue: beside the records where these are a file, else in their database.</summary>
    /// <exception cref="JobException">It cannot be opened.</exception>
    /// <exception cref="IOException">The state directory cannot be made.</exception>
    public static async Task<JobRuns> OpenAsync(ImageServiceOptions options, RecordStore records, TimeProvider time, Action<string> log)
    {
        var folder = options.FindStateDirectory();
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var queue = await JobQueue.OpenAsync(
            RecordStore.IsPostgres(options.Database) ? options.Database : Path.Combine(folder, "queue.sqlite"), new() { Clock = time, Report = log });
        return new(queue, records);
    }

    /// <summary>Begins a run of a job, as soon as its turn comes.</summary>
    public Task SubmitAsync(JobRecord job, CancellationToken cancellation) => queue.SubmitAsync(
        new JobRequest(Kind, Owner, new RunOrder(job.Id, Guid.NewGuid().ToString()).ToString()) { Key = job.Id, Subject = job.Id, MaxAttempts = MaxAttempts }, cancellation);

    /// <summary>Ends a job's run. One that waits ends at once, with it the job; one that goes on takes a moment, and says then that the job is over.</summary>
    /// <returns>Whether there was a run to end.</returns>
    public async Task<bool> CancelAsync(string job, string reason, CancellationToken cancellation)
    {
        if (await FindAsync(job, cancellation) is not { } run || run.State.IsFinal())
            return false;
        if (await queue.CancelAsync(run.Id, reason, cancellation) is { State: JobState.Cancelled })
            await SetStatusAsync(job, JobStatus.Error, cancellation);
        return true;
    }

    /// <summary>Ends a job's run, whatever its record says of it.</summary>
    public async Task EndAsync(string job, string reason, CancellationToken cancellation)
    {
        if (await FindAsync(job, cancellation) is { } run && !run.State.IsFinal())
            await queue.CancelAsync(run.Id, reason, cancellation);
    }

    /// <summary>The latest run of a job; null where there is none (any more).</summary>
    public async Task<Job?> FindAsync(string job, CancellationToken cancellation) =>
        (await queue.ListAsync(new() { Kind = Kind, Subject = job, Limit = 1 }, cancellation)).FirstOrDefault();

    /// <summary>A job's log in lines.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="follow">Whether to wait for more until the latest run is over.</param>
    public async IAsyncEnumerable<RunLogLine> LogAsync(string job, RunLogPosition from, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var runs = (await queue.ListAsync(new() { Kind = Kind, Subject = job }, cancellation)).Select(run => run.Id).Where(run => run >= from.Run).Order().ToList();
        foreach (var run in runs)
            await foreach (var (end, line) in JobLogLines.ReadAsync(queue, run, run == from.Run ? from.Offset : 0, follow && run == runs[^1], cancellation))
                yield return new(new(run, end), line);
    }

    /// <summary>Says in the record how far a job is.</summary>
    /// <returns>False where the record is gone.</returns>
    public async Task<bool> SetStatusAsync(string job, string status, CancellationToken cancellation) =>
        await records.ChangeAsync(RecordKinds.Jobs, job, isDeleted: false, record => record with { Status = status }, cancellation) is not null;

    public ValueTask DisposeAsync() => queue.DisposeAsync();
}
