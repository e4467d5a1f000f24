using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Speculation;

/// <summary>
/// Stages that run ahead of the requests for them, one after the other, on a thread of their own. What they say is kept until then;
/// what they make is in the cache under all that it depends on, like any layer, so that a wrong guess leaves an entry without use.
/// </summary>
sealed class SpeculativeStages : IDisposable
{
    readonly Dictionary<string, SpeculativeStage> stages;
    readonly CancellationTokenSource cancellation;
    readonly Task running;

    public SpeculativeStages(WorkerSession session, IReadOnlyList<RunStageRequest> requests)
    {
        var missing = requests.Where(request => request.Settings.Speculation && !session.Store.Contains(request.LayerId)).Select(request => new SpeculativeStage(request)).ToList();
        stages = missing.ToDictionary(stage => stage.LayerId);
        cancellation = CancellationTokenSource.CreateLinkedTokenSource(session.Cancellation);
        running = BackgroundWork.Start(() => missing.TrueForAll(stage => stage.TryRun(session, cancellation.Token)));
    }

    /// <summary>Says what the stage has said, and waits for its end.</summary>
    /// <returns>Null where it did not run ahead: then the others will not be asked for either, and are given up.</returns>
    /// <exception cref="Exception">What the stage failed with.</exception>
    public DoneEvent? TryTake(RunStageRequest request, WorkerSession session)
    {
        if (!stages.Remove(request.LayerId, out var stage))
        {
            cancellation.Cancel();
            stages.Clear();
            return null;
        }
        return stage.Take(session.Listener, running);
    }

    public void Dispose()
    {
        cancellation.Cancel();
        BackgroundWork.WaitForEnd(running);
        cancellation.Dispose();
    }
}
