using ImageSdk.Contracts.Diagnostics;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Confinement;
using ImageSdk.ImageService.Nodes;
using ImageSdk.ImageService.Packaging;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Runs;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Running;

namespace ImageSdk.ImageService.Execution;

/// <summary>
/// Does a run of a job from its beginning to its end. A run that was ended in the middle, as the service was, is done once more: what it had done is done
/// again, under the same names.
/// </summary>
sealed class JobExecution(RecordStore records, JobRuns runs, ImagePublisher publisher, Workplaces places, CreateJob create, CustomizeJob customize, Func<JobRecord, JobLimits> limits)
{
    /// <exception cref="JobFailedException">The job has failed; its record and its log say so.</exception>
    public async Task<string?> RunAsync(JobContext context, CancellationToken stop)
    {
        var order = RunOrder.Read(context.Job.Input);
        var log = new StreamListener(context.Log);
        try
        {
            var job = await records.FindAsync(RecordKinds.Jobs, order.Job, isDeleted: false, stop) ?? throw new RunException("IMG7633", "The job's record was removed.");
            JobBounds.RemoveGroups(order.Job);
            var isResumed = runs.TakeFolder(order.Job, context.Job.Id);
            if (isResumed)
            {
                await runs.RestartAsync(order.Job, stop);
                log.Write("The service was ended while the job went on, which goes on now");
            }
            var run = new RunContext(job, order.ImageId, runs.FolderOf(order.Job), log, runs) { IsResumed = isResumed, Limits = limits(job) };
            if (!await publisher.IsPublishedAsync(order.ImageId, stop))
                await MakeAsync(run, () => context.StopReason, stop);
            await runs.FinishAsync(order.Job, order.ImageId, CancellationToken.None);
            log.Write($"== {JobStatus.Success}");
            runs.RemoveFolder(order.Job);
            return order.ImageId;
        }
        catch (OperationCanceledException) when (context.StopReason == JobStopReason.ShuttingDown)
        {
            log.Write("The service ends; the job goes on with its next start");
            throw;
        }
        catch (Exception) when (context.StopReason == JobStopReason.LeaseLost)
        {
            throw;
        }
        catch (Exception problem)
        {
            var folder = runs.FolderOf(order.Job);
            // Each program says that in its own words, if at all.
            var full = problem is OperationCanceledException or RunException { Code: "IMG7637" } ? null : JobBounds.FindFullDisk(folder);
            // The record and the log may lie on the same disk.
            if (full is not null)
                runs.RemoveFolder(order.Job);
            problem = full ?? problem;
            var line = problem switch
            {
                RunException known => known.Line,
                OperationCanceledException => "IMG7633: The job was ended on request.",
                IOException or UnauthorizedAccessException => $"IMG7634: The job cannot work on its files: {problem.Message}",
                _ => $"A mistake of ours: {problem}",
            };
            log.Write(line);
            await AbandonAsync(order, log.Write, CancellationToken.None);
            log.Write($"== {JobStatus.Error}");
            await runs.FailAsync(order.Job, keepsFolder: context.StopReason == JobStopReason.None && full is null, CancellationToken.None);
            if (problem is OperationCanceledException)
                throw;
            throw new JobFailedException(line, problem);
        }
    }

    /// <summary>Removes what a run that has no end has left elsewhere.</summary>
    public async Task AbandonAsync(RunOrder order, Action<string> log, CancellationToken cancellation)
    {
        JobBounds.RemoveGroups(order.Job);
        try
        {
            if (await records.FindAsync(RecordKinds.Jobs, order.Job, isDeleted: false, cancellation) is { } job)
                await places.CleanAsync(job, cancellation);
            if (!await publisher.IsPublishedAsync(order.ImageId, cancellation))
                await publisher.AbandonAsync(order.ImageId, cancellation);
        }
        catch (Exception problem) when (problem is ArtifactException or NodeLostException)
        {
            log($"(warning) IMG7627: What the job {order.Job} has left of the image {order.ImageId} is not removed: {problem.Message}");
        }
    }

    async Task MakeAsync(RunContext run, Func<JobStopReason> reason, CancellationToken stop)
    {
        var lost = new HashSet<string>();
        while (true)
        {
            Workplace? place = null;
            try
            {
                async Task<Workplace> ChooseAsync() => place ??= await places.ChooseAsync(run, lost, stop);
                var image = run.Job.JobType switch
                {
                    JobTypes.Create => await create.RunAsync(run, ChooseAsync, stop),
                    _ => await customize.RunAsync(run, await ChooseAsync(), stop),
                };
                await publisher.PublishAsync(run, image, stop);
                if (place is not null)
                    await place.CleanAsync(stop);
                return;
            }
            catch (NodeLostException problem)
            {
                run.Log.Write($"(warning) {"IMG7632"}: {problem.Message}. The job is done once more elsewhere");
                lost.Add(problem.Node);
                await runs.RestartAsync(run.Job.Id, stop);
                CustomizeJob.Forget(run);
            }
            // The record, which has the node's name, may be gone.
            catch when (place is not null && reason() is not (JobStopReason.ShuttingDown or JobStopReason.LeaseLost))
            {
                await place.CleanAsync(CancellationToken.None);
                throw;
            }
        }
    }
}
