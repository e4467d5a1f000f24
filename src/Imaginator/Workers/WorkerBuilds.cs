using System.Text.Json;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Jobs.Running;

namespace ImageSdk.Imaginator.Workers;

/// <summary>Does the jobs of a worker.</summary>
/// <param name="build">Builds a stream.</param>
/// <param name="log">The worker's log.</param>
sealed class WorkerBuilds(Func<BuildOrder, JobContext, CancellationToken, Task<BuildOutcome>> build, Action<string> log)
{
    /// <summary>Those of a worker that is the coordinator itself.</summary>
    public WorkerBuilds(StreamCatalogue streams, BuildExecution execution, Action<string> log)
        : this(async (order, context, stop) =>
        {
            var stream = await streams.FindWithReloadAsync(order.Stream, stop) ?? throw new StreamException($"unknown stream: {order.Stream}");
            return await execution.RunAsync(order, stream, new(context.Log), text => context.ReportAsync(text, stop), stop);
        }, log)
    {
    }

    public async Task<string?> RunAsync(JobContext context, CancellationToken stop)
    {
        var order = JsonSerializer.Deserialize<BuildOrder>(context.Job.Input)!;
        log($"job {context.Job.Id}: building {order.Stream}");
        try
        {
            var outcome = await build(order, context, stop);
            log($"job {context.Job.Id}: built {(outcome.ImageName.Length > 0 ? outcome.ImageName : order.Stream)}");
            return new EngineResult(outcome).ToString();
        }
        catch (SourceNeededException needed)
        {
            log($"job {context.Job.Id}: {needed.Message}");
            return new EngineResult(null, NeededImage.Of(needed)).ToString();
        }
        catch (Exception problem) when (!stop.IsCancellationRequested && BuildFault.TextOf(problem) is { } text)
        {
            log($"job {context.Job.Id}: {text}");
            throw new JobFailedException(text, problem);
        }
    }
}
