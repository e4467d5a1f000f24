using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Sandbox;

namespace ImageSdk.Building;

/// <summary>
/// The sandboxed worker process of a build, started when the first stage has something to do and shared by all its
/// stages. Disposing it ends the worker; whatever the worker had mounted or started ends with it.
/// </summary>
/// <param name="workerAssembly">Path of ImageSdk.Worker.dll.</param>
/// <param name="dotnet">Path of the dotnet host that runs it.</param>
public sealed class BuildWorkers(string workerAssembly, string dotnet) : IDisposable
{
    readonly SemaphoreSlim turn = new(1);
    WorkerProcess? worker;
    IDisposable? hold;

    internal async Task<DoneEvent> AskAsync(
        string cacheDirectory, WorkerRequest request, IBuildListener listener, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (worker is { HasExited: true })
            {
                worker.Dispose();
                worker = null;
            }
            if (!File.Exists(workerAssembly))
                throw new BuildException("IMG3017", $"The build's worker {workerAssembly} is missing. Reinstall the ImageSdk package (dotnet nuget locals global-packages --clear, then dotnet restore).");
            worker ??= WorkerProcess.Start(workerAssembly, dotnet, cacheDirectory);
            return await worker.AskAsync(request, listener, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// Ends the worker where nothing more is to be expected of it; a later request starts another. A solution of many
    /// projects would otherwise keep one for each until all are built.
    /// </summary>
    internal async Task ReleaseAsync()
    {
        await turn.WaitAsync();
        try
        {
            worker?.Dispose();
            worker = null;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>From here to the end of the build nobody removes layers, also those that it takes without a worker.</summary>
    internal async Task HoldLayersAsync(LayerStore store, IBuildListener listener, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            hold ??= await store.HoldAsync(() => listener.Progress("Waiting until the build cache is cleaned up"), cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        worker?.Dispose();
        worker = null;
        // After the worker, which may still have layers mounted.
        hold?.Dispose();
        hold = null;
    }
}
