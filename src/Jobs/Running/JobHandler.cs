namespace ImageSdk.Jobs.Running;

/// <summary>Does a job.</summary>
/// <param name="context">The job, its log and its events.</param>
/// <param name="stop">
/// Asks for the end of the work: <see cref="JobContext.StopReason"/> says why. Leave nothing behind and throw <see cref="OperationCanceledException"/>.
/// </param>
/// <returns>The job's result; by convention JSON.</returns>
/// <exception cref="JobFailedException">The job cannot be done, however often it is tried. After other exceptions it is tried again.</exception>
public delegate Task<string?> JobHandler(JobContext context, CancellationToken stop);

/// <summary>The job cannot be done, however often it is tried.</summary>
public sealed class JobFailedException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>Why a handler is to stop.</summary>
public enum JobStopReason
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Someone cancelled the job.</summary>
    Cancelled,

    /// <summary>It took longer than the job's time limit.</summary>
    TimeLimit,

    /// <summary>The job belongs to another worker by now, or the database was away for too long to know.</summary>
    LeaseLost,

    /// <summary>The worker is shutting down; the job will be done by another.</summary>
    ShuttingDown,
}

/// <summary>What a handler works with.</summary>
public sealed class JobContext
{
    readonly Func<string, CancellationToken, Task> report;
    readonly Func<JobStopReason> stopReason;

    internal JobContext(Job job, string token, Stream log, Func<string, CancellationToken, Task> report, Func<JobStopReason> stopReason)
    {
        Job = job;
        Token = token;
        Log = log;
        this.report = report;
        this.stopReason = stopReason;
    }

    /// <summary>The job as it was claimed.</summary>
    public Job Job { get; }

    /// <summary>Identifies the attempt: no other attempt of any job has the same. Whoever has it can write for the job.</summary>
    public string Token { get; }

    /// <summary>The job's log, by convention UTF-8. Safe for many threads; a write waits only where the database does not keep up.</summary>
    public Stream Log { get; }

    /// <summary>Why the handler is to stop.</summary>
    public JobStopReason StopReason => stopReason();

    /// <summary>Adds an event to the job's history, such as the begin of a stage.</summary>
    public Task ReportAsync(string text, CancellationToken cancel = default) => report(text, cancel);
}
