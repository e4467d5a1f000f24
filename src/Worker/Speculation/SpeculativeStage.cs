using System.Runtime.ExceptionServices;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Worker.Operations;

namespace ImageSdk.Worker.Speculation;

/// <summary>One of <see cref="SpeculativeStages"/>.</summary>
sealed class SpeculativeStage(RunStageRequest request)
{
    readonly DelayedListener listener = new();
    readonly TaskCompletionSource<DoneEvent> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string LayerId => request.LayerId;

    /// <returns>Whether the next one can begin.</returns>
    public bool TryRun(WorkerSession session, CancellationToken cancellation)
    {
        try
        {
            // Whether a layer has anything in it shows when it is there.
            var layers = request.Layers.Where(layer => !session.Store.IsEmpty(layer));
            ended.SetResult(StageRunner.Run(session.For(listener, cancellation), request with { Layers = [.. layers] }));
            return true;
        }
        catch (Exception exception)
        {
            ended.SetException(exception);
            return false;
        }
    }

    /// <param name="running">The work on this one and all others: one before this one may have failed.</param>
    public DoneEvent? Take(IBuildListener told, Task running)
    {
        listener.ReleaseTo(told);
        BackgroundWork.WaitForEnd(Task.WhenAny(ended.Task, running));
        if (ended.Task.Exception is { InnerException: { } reason })
            ExceptionDispatchInfo.Throw(reason);
        return ended.Task.IsCompletedSuccessfully ? ended.Task.Result : null;
    }
}
