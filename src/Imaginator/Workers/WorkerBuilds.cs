using System.Text.Json;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Jobs.Running;

namespace ImageSdk.Imaginator.Workers;

/// <summary>Does the jobs of a worker.</summary>
/// <param name="build">Builds a stream.</param>
/// <param name="health">Of the machine; null for a worker that does one build, which another one cannot have.</param>
/// <param name="log">The worker's log.</param>
sealed class WorkerBuilds(Func<BuildOrder, JobContext, CancellationToken, Task<BuildOutcome>> build, WorkerHealth? health, Action<string> log)
{
    /// <summary>Those of a worker that is the coordinator itself.</summary>
    public WorkerBuilds(StreamCatalogue streams, BuildExecution execution, WorkerHealth? health, Action<string> log)
        : this(async (order, context, stop) =>
        {
            var stream = await streams.FindWithReloadAsync(order.Stream, stop) ?? throw new StreamException($"unknown stream: {order.Stream}");
            return await execution.RunAsync(order, stream, new(context.Log), text => context.ReportAsync(text, stop), stop);
        }, health, log)
    {
    }

    public async Task<string?> RunAsync(JobContext context, CancellationToken stop)
    {
        var order = JsonSerializer.Deserialize<BuildOrder>(context.Job.Input)!;
        log($"job {context.Job.Id}: building {order.Stream}");
        try
        {
            var outcome = await build(order, context, stop);
            health?.Works();
            log($"job {context.Job.Id}: built {(outcome.ImageName.Length > 0 ? outcome.ImageName : order.Stream)}");
            return new EngineResult(outcome).ToString();
        }
        catch (Exception problem) when (!stop.IsCancellationRequested && health is not null && WorkerHealth.IsMachineFault(problem))
        {
            var fault = BuildFault.TextOf(problem)!;
            log($"job {context.Job.Id}: {fault}");
            await health.FailAsync(fault);
            // The queue gives the job to whoever comes next, and fails it when that happens again and again.
            throw new IOException(fault, problem);
        }
        catch (SourceNeededException needed)
        {
            log($"job {context.Job.Id}: {needed.Message}");
            return new EngineResult(null, NeededImage.Of(needed)).ToString();
        }
        catch (Exception problem) when (!stop.IsCancellationRequested && BuildFault.TextOf(problem) is { } text)
        {
            log($"job {context.Job.Id}: {text}");
            health?.Works();
            throw new JobFailedException(text, problem);
        }
    }
}
