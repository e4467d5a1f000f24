using System.Runtime.CompilerServices;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Running;

namespace ImageSdk.ImageService.Runs;

/// <summary>
/// Runs of jobs: what does them, while the record says how far they are. A job that is tried again has several runs, one after the other.
/// </summary>
/// <param name="queue">Where runs wait.</param>
/// <param name="records">Where jobs are.</param>
/// <param name="folder">Where jobs have their folders.</param>
/// <param name="kept">What is left of those that have failed.</param>
/// <param name="concurrency">Jobs that build at once; 0 for none of any kind.</param>
/// <param name="log">Of the daemon.</param>
sealed class JobRuns(JobQueue queue, RecordStore records, string folder, KeptFolders kept, int concurrency, Action<string> log) : IAsyncDisposable
{
    const string Owner = "ims";

    /// <summary>Of one run: a service that is killed again and again gives the job up.</summary>
    const int MaxAttempts = 5;

    /// <summary>Shells that wait for their users at once: they take no time of the machine.</summary>
    const int ManyShells = 1000;

    // Those that build take turns; those that wait for users hold up none of them.
    static string KindOf(string jobType) => $"ims-{jobType}";

    // From a look at jobs whose runs are over to the next.
    static readonly TimeSpan lookPause = TimeSpan.FromSeconds(10);

    public JobQueue Queue => queue;

    /// <summary>A folder of the job's own.</summary>
    public string FolderOf(string job) => Path.Combine(folder, "work", job);

    /// <summary>Makes the folder of a job for a run.</summary>
    /// <returns>Whether the run has begun before, and finds there what it has done. What another run has left is removed.</returns>
    public bool TakeFolder(string job, long run)
    {
        var (path, mark) = (FolderOf(job), Path.Combine(FolderOf(job), "run"));
        var text = run.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (File.Exists(mark) && File.ReadAllText(mark) == text)
            return true;
        RemoveFolder(job);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(mark, text);
        return false;
    }

    public void RemoveFolder(string job)
    {
        if (Directory.Exists(FolderOf(job)))
            Directory.Delete(FolderOf(job), recursive: true);
    }

    /// <summary>Does jobs until stopped. Those that go on then begin again with the next start.</summary>
    /// <param name="abandon">Removes what a run has left elsewhere that was ended without a word.</param>
    public async Task RunAsync(JobHandler handler, Func<RunOrder, Action<string>, CancellationToken, Task> abandon, CancellationToken stop)
    {
        if (concurrency == 0)
            return;
        JobRunner RunnerOf(string jobType, int count) => new(
            queue, new("ims", [KindOf(jobType)]), new Dictionary<string, JobHandler> { [KindOf(jobType)] = handler }, new() { Concurrency = count, ShutdownTime = TimeSpan.Zero });
        await Task.WhenAll(RunnerOf(JobTypes.Create, concurrency).RunAsync(stop), RunnerOf(JobTypes.Customize, ManyShells).RunAsync(stop), LookAfterAsync(abandon, stop));
    }

    /// <summary>Opens the queue: beside the records where these are a file, else in their database.</summary>
    /// <exception cref="JobException">It cannot be opened.</exception>
    /// <exception cref="IOException">The state directory cannot be made.</exception>
    public static async Task<JobRuns> OpenAsync(ImageServiceOptions options, RecordStore records, TimeProvider time, Action<string> log)
    {
        var folder = options.FindStateDirectory();
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var queue = await JobQueue.OpenAsync(
            RecordStore.IsPostgres(options.Database) ? options.Database : Path.Combine(folder, "queue.sqlite"), new() { Clock = time, Report = log });
        return new(queue, records, folder, new(Path.Combine(folder, "work"), options.KeptJobs, time), options.ConcurrentJobs, log);
    }

    /// <summary>Begins a run of a job, as soon as its turn comes.</summary>
    public Task SubmitAsync(JobRecord job, CancellationToken cancellation) => queue.SubmitAsync(
        new JobRequest(KindOf(job.JobType), Owner, new RunOrder(job.Id, Guid.NewGuid().ToString()).ToString()) { Key = job.Id, Subject = job.Id, MaxAttempts = MaxAttempts }, cancellation);

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
        if (await FindAsync(job, cancellation) is { } run && !run.State.IsFinal() && await queue.CancelAsync(run.Id, reason, cancellation) is { State: JobState.Running or JobState.Cancelling })
            return;
        RemoveFolder(job);
    }

    /// <summary>The latest run of a job; null where there is none (any more).</summary>
    public async Task<Job?> FindAsync(string job, CancellationToken cancellation) =>
        (await queue.ListAsync(new() { Subject = job, Limit = 1 }, cancellation)).FirstOrDefault();

    /// <summary>A job's log in lines.</summary>
    /// <param name="from">Where to begin.</param>
    /// <param name="follow">Whether to wait for more until the latest run is over.</param>
    public async IAsyncEnumerable<RunLogLine> LogAsync(string job, RunLogPosition from, bool follow, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var runs = (await queue.ListAsync(new() { Subject = job }, cancellation)).Select(run => run.Id).Where(run => run >= from.Run).Order().ToList();
        foreach (var run in runs)
            await foreach (var (end, line) in JobLogLines.ReadAsync(queue, run, run == from.Run ? from.Offset : 0, follow && run == runs[^1], cancellation))
                yield return new(new(run, end), line);
    }

    /// <summary>Says in the record how far a job is.</summary>
    /// <returns>False where the record is gone.</returns>
    public async Task<bool> SetStatusAsync(string job, string status, CancellationToken cancellation) =>
        await records.ChangeAsync(RecordKinds.Jobs, job, isDeleted: false, record => record with { Status = status }, cancellation) is not null;

    /// <summary>Says in the record where the job's shells are.</summary>
    public Task OpenShellsAsync(string job, string host, IReadOnlyList<int> ports, CancellationToken cancellation) => records.ChangeAsync(
        RecordKinds.Jobs, job, isDeleted: false,
        record => record with
        {
            SshContainers = record.SshContainers?.Select((shell, index) => shell with
            {
                Status = SshContainer.Active, ConnectionInfo = shell.ConnectionInfo.Keys.ToDictionary(network => network, _ => new SshAddress(host, ports[index])),
            }).ToList(),
        }, cancellation);

    /// <summary>Says in the record that the job begins again: what was said of its shells does not hold.</summary>
    public Task RestartAsync(string job, CancellationToken cancellation) =>
        records.ChangeAsync(RecordKinds.Jobs, job, isDeleted: false, record => WithShells(record with { Status = JobStatus.Creating }, SshContainer.Pending), cancellation);

    /// <summary>Says in the record that the image is there.</summary>
    public Task FinishAsync(string job, string imageId, CancellationToken cancellation) => records.ChangeAsync(
        RecordKinds.Jobs, job, isDeleted: false, record => WithShells(record with { Status = JobStatus.Success, ResultantImageId = imageId }, SshContainer.Complete), cancellation);

    /// <summary>Says in the record that the job has failed.</summary>
    /// <param name="keepsFolder">Whether what it has done is left for those who want to know why.</param>
    public async Task FailAsync(string job, bool keepsFolder, CancellationToken cancellation)
    {
        var record = await records.ChangeAsync(
            RecordKinds.Jobs, job, isDeleted: false, record => WithShells(JobStatus.IsFinal(record.Status) ? record : record with { Status = JobStatus.Error }, SshContainer.Complete), cancellation);
        if (record is null || !keepsFolder)
            RemoveFolder(job);
        else
            kept.Keep(job);
    }

    static JobRecord WithShells(JobRecord record, string status) => record with { SshContainers = record.SshContainers?.Select(shell => shell with { Status = status }).ToList() };

    // What was ended between two steps: a record without a run, a run that was given up without a word, a folder without a record.
    async Task LookAfterAsync(Func<RunOrder, Action<string>, CancellationToken, Task> abandon, CancellationToken stop)
    {
        var before = new HashSet<string>();
        while (true)
        {
            try
            {
                var odd = new HashSet<string>();
                foreach (var job in (await records.ReadAllAsync(RecordKinds.Jobs, areDeleted: false, stop)).Where(job => !JobStatus.IsFinal(job.Status)))
                {
                    var run = await FindAsync(job.Id, stop);
                    if (run is not null and not { State: JobState.Failed or JobState.Cancelled })
                        continue;
                    // One that is so twice is not just being changed.
                    odd.Add(job.Id);
                    if (!before.Contains(job.Id))
                        continue;
                    if (run is null)
                    {
                        await SubmitAsync(job, stop);
                        continue;
                    }
                    await abandon(RunOrder.Read(run.Input), log, stop);
                    await FailAsync(job.Id, keepsFolder: run.State == JobState.Failed, stop);
                }
                before = odd;
                await RemoveStrayFoldersAsync(stop);
                kept.Prune();
            }
            catch (Exception problem) when (!stop.IsCancellationRequested && problem is JobException or IOException or System.Data.Common.DbException)
            {
                log($"IMG7634: jobs cannot be looked after: {problem.Message}");
            }
            await Task.Delay(lookPause, queue.Options.Clock, stop);
        }
    }

    async Task RemoveStrayFoldersAsync(CancellationToken stop)
    {
        if (!Directory.Exists(Path.Combine(folder, "work")))
            return;
        foreach (var path in Directory.GetDirectories(Path.Combine(folder, "work")))
        {
            var job = Path.GetFileName(path);
            if (await records.FindAsync(RecordKinds.Jobs, job, isDeleted: false, stop) is null && (await FindAsync(job, stop))?.State.IsFinal() != false)
                RemoveFolder(job);
        }
    }

    public ValueTask DisposeAsync() => queue.DisposeAsync();
}
