using ImageSdk.Building.State;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Execution;

/// <summary>
/// The shared cache as the stages of one build use it. It helps or it does not: what goes wrong with it is a warning, and the
/// build goes on without.
/// </summary>
sealed class RemoteStages(BuildPlan plan, BuildWorkers workers, IBuildListener listener)
{
    readonly RemoteCacheSettings? cache = plan.Project.RemoteCache;

    /// <returns>Size of the layer that came; null where it has to be made.</returns>
    public async Task<LayerSize?> TryFetchAsync(string id, CancellationToken cancellation) =>
        cache is null || workers.IsRemoteCacheLost ? null : (await TryAskAsync(new FetchLayerRequest(id, cache), cancellation))?.Layer;

    public async Task SendAsync(string id, CancellationToken cancellation)
    {
        if (cache is { ReadOnly: false } && !workers.IsRemoteCacheLost)
            await TryAskAsync(new SendLayerRequest(id, cache), cancellation);
    }

    async Task<DoneEvent?> TryAskAsync(WorkerRequest request, CancellationToken cancellation)
    {
        try
        {
            return await workers.AskAsync(plan.Project.CacheDirectory, request, listener, cancellation);
        }
        catch (BuildException problem) when (problem.Diagnostic.Code is not ("IMG3001" or "IMG3005" or "IMG9999"))
        {
            workers.IsRemoteCacheLost = true;
            listener.Report(new(DiagnosticSeverity.Warning, "IMG7160",
                $"The shared cache {cache!.Server?.Address ?? cache.Directory} is not used for the rest of this build: {problem.Diagnostic.Message}", plan.Project.ProjectFile));
            return null;
        }
    }
}
