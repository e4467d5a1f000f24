using System.Diagnostics;
using ImageSdk.Jobs.Queues;

namespace ImageSdk.Jobs.Running;

/// <summary>One attempt at a job: the handler, and beside it the heartbeat, the time limit and the log.</summary>
sealed class JobRun(JobLease lease, JobQueueOptions queueOptions, JobRunnerOptions options)
{
    readonly CancellationTokenSource stopping = new();
    readonly CancellationTokenSource lost = new();
    readonly CancellationTokenSource ended = new();
    int reason;

    public Job Job => lease.Job;

    public string Token => lease.Token;

    JobStopReason StopReason => (JobStopReason)Volatile.Read(ref reason);

    /// <summary>Asks the handler to stop. The first reason stands, but for a lease that is lost.</summary>
    public void Stop(JobStopReason why)
    {
        if (why == JobStopReason.LeaseLost)
        {
            Volatile.Write(ref reason, (int)why);
            lost.Cancel();
        }
        else
        {
            Interlocked.CompareExchange(ref reason, (int)why, (int)JobStopReason.None);
        }
        stopping.Cancel();
    }

    public async Task RunAsync(JobHandler handler)
    {
        using var activity = JobTelemetry.Begin(Job);
        var beating = Task.Run(BeatAsync);
        var limiting = LimitAsync();
        try
        {
            await WriteAsync(await HandleAsync(handler));
        }
        finally
        {
            await ended.CancelAsync();
            await beating;
            await limiting;
            JobTelemetry.End(Job, activity);
        }
    }

    /// <summary>Writes the end of the job, for longer than the queue waits for its database.</summary>
    async Task WriteAsync(Func<CancellationToken, Task> outcome)
    {
        var began = queueOptions.Clock.GetTimestamp();
        while (true)
            try
            {
                await outcome(CancellationToken.None);
                return;
            }
            catch (JobException exception) when (exception is not LeaseLostException && queueOptions.Clock.GetElapsedTime(began) < options.LongestSilence)
            {
                await Task.Delay(JobRunnerOptions.RetryPause, queueOptions.Clock);
            }
    }

    /// <summary>Runs the handler and says how its end is to be written.</summary>
    async Task<Func<CancellationToken, Task>> HandleAsync(JobHandler handler)
    {
        await using var log = new JobLogStream(lease, queueOptions.Clock, lost.Token);
        var context = new JobContext(Job, Token, log, lease.ReportAsync, () => StopReason);
        try
        {
            var result = await handler(context, stopping.Token);
            JobTelemetry.Outcome(Job, "succeeded");
            return cancel => lease.CompleteAsync(result, cancel);
        }
        catch (LeaseLostException)
        {
            throw;
        }
        catch (Exception exception)
        {
            if (StopReason == JobStopReason.LeaseLost)
                throw new LeaseLostException(Job.Id);
            Activity.Current?.SetStatus(ActivityStatusCode.Error, exception.Message);
            JobTelemetry.Outcome(Job, StopReason == JobStopReason.None ? "failed" : StopReason.ToString());
            return cancel => WriteFailureAsync(exception, cancel);
        }
    }

    Task WriteFailureAsync(Exception exception, CancellationToken cancel) => StopReason switch
    {
        JobStopReason.Cancelled => lease.FailAsync("cancelled", final: true, cancel),
        JobStopReason.TimeLimit => lease.FailAsync($"it took longer than its time limit of {Job.TimeLimit}", final: true, cancel),
        JobStopReason.ShuttingDown => lease.ReleaseAsync("its worker is shutting down", cancel),
        _ => lease.FailAsync(exception.Message, final: exception is JobFailedException, cancel),
    };

    async Task LimitAsync()
    {
        if (Job.TimeLimit is not { } limit)
            return;
        await Task.Delay(limit, queueOptions.Clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!ended.IsCancellationRequested)
            Stop(JobStopReason.TimeLimit);
    }

    async Task BeatAsync()
    {
        var clock = queueOptions.Clock;
        var heard = clock.GetTimestamp();
        while (!ended.IsCancellationRequested)
            try
            {
                var cancelled = lease.CancellationAnnounced;
                var asked = clock.GetTimestamp();
                if (await lease.HeartbeatAsync(ended.Token) == LeaseSignal.Cancel)
                    Stop(JobStopReason.Cancelled);
                heard = asked;
                await Task.WhenAny(cancelled, Task.Delay(queueOptions.LeaseTime / 3, clock, ended.Token));
            }
            catch (LeaseLostException)
            {
                Stop(JobStopReason.LeaseLost);
                return;
            }
            catch (JobException) when (clock.GetElapsedTime(heard) < options.LongestSilence)
            {
                // The database is away; the queue has waited for it already.
                await Task.Delay(JobRunnerOptions.RetryPause, clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (JobException)
            {
                Stop(JobStopReason.LeaseLost);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
    }
}
