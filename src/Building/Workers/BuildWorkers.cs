using ImageSdk.Building.Reporting;
using ImageSdk.Building.Scanning;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Workers;

/// <summary>
/// What the stages of a build share: the sandboxed worker process, started when the first of them has something to do, and
/// the image records that they have read. Disposing it ends the worker; whatever the worker had mounted or started ends with it.
/// </summary>
/// <param name="workerAssembly">Path of ImageSdk.Worker.dll.</param>
/// <param name="dotnet">Path of the dotnet host that runs it.</param>
public sealed class BuildWorkers(string workerAssembly, string dotnet) : IDisposable
{
    readonly SemaphoreSlim turn = new(1);
    readonly List<Task> endings = [];
    WorkerProcess? worker;

    /// <summary>The one that knows what it has to mask.</summary>
    WorkerProcess? masking;
    bool isDisposed;
    string? isProtected;
    IDisposable? hold;

    /// <summary>Texts that no log may have, beside the secrets of the project.</summary>
    public IReadOnlyCollection<string> Masked { get; init; } = [];

    /// <summary>Whether the build is to find out how its image differs from the one before.</summary>
    public bool ComparesImages { get; set; }

    /// <summary>Whether the shared cache failed: then the rest of the build does without.</summary>
    internal bool IsRemoteCacheLost { get; set; }

    internal ImageRecords Records { get; } = new();

    readonly Dictionary<Type, object> shared = [];

    /// <summary>What stages that come later find again: one of each type a build.</summary>
    internal T Shared<T>()
        where T : class, new()
    {
        lock (shared)
            return (T)(shared.TryGetValue(typeof(T), out var known) ? known : shared[typeof(T)] = new T());
    }

    /// <summary>What the stages that were run so far took.</summary>
    public BuildTimings Timings { get; } = new();

    /// <summary>Whether there is one, at work or waiting for some.</summary>
    internal bool HasWorker => worker is not null;

    internal async Task<DoneEvent> AskAsync(
        string cacheDirectory, WorkerRequest request, IBuildListener listener, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            Protect(new(cacheDirectory, Processes.UserId), listener);
            var asked = StartWorker(cacheDirectory);
            if (Masked.Count > 0 && masking != asked)
            {
                await asked.AskAsync(new MaskRequest([.. Masked]), listener, cancellation);
                masking = asked;
            }
            return await asked.AskAsync(request, listener, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Starts the worker before the first request. Errors are reported by the first request.</summary>
    internal async Task StartAheadAsync(string cacheDirectory)
    {
        await turn.WaitAsync();
        try
        {
            // The build may have ended meanwhile: nothing would end a worker that came after.
            lock (endings)
                if (!isDisposed && CanSayNothingOf(cacheDirectory))
                    StartWorker(cacheDirectory);
        }
        catch (Exception exception) when (exception is BuildException or IOException or System.ComponentModel.Win32Exception)
        {
            // The request finds the same.
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Keeps the cache to this user, once a build.</summary>
    void Protect(LayerStore store, IBuildListener listener)
    {
        if (isProtected == store.Root)
            return;
        CacheProtection.Apply(store, listener);
        isProtected = store.Root;
    }

    // What there is to say of the cache is for the first request to say.
    static bool CanSayNothingOf(string cacheDirectory) => CacheProtection.TryApply(new(cacheDirectory, Processes.UserId));

    WorkerProcess StartWorker(string cacheDirectory)
    {
        if (worker is { HasExited: false } && worker.CacheDirectory == cacheDirectory)
            return worker;
        worker?.Dispose();
        worker = null;
        if (!File.Exists(workerAssembly))
            throw new BuildException("IMG3017", $"The build's worker {workerAssembly} is missing. Reinstall the ImageSdk package (dotnet nuget locals global-packages --clear, then dotnet restore).");
        return worker = WorkerProcess.Start(workerAssembly, dotnet, cacheDirectory);
    }

    /// <summary>
    /// Lets go where nothing more is to be expected; a later request starts again. A solution of many projects would otherwise
    /// keep a worker and records for each until all are built.
    /// </summary>
    internal async Task ReleaseAsync()
    {
        await turn.WaitAsync();
        try
        {
            if (worker is { } ending)
                endings.Add(Task.Run(ending.Dispose));
            worker = null;
            Records.Clear();
            lock (shared)
                shared.Clear();
            IsRemoteCacheLost = false;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>From here to the end of the build no layers are removed, also those that it takes without a worker.</summary>
    internal async Task HoldLayersAsync(LayerStore store, IBuildListener listener, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            Protect(store, listener);
            hold ??= await store.HoldAsync(() => listener.Progress("Waiting until the build cache is cleaned up"), cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        lock (endings)
        {
            isDisposed = true;
            worker?.Dispose();
            worker = null;
        }
        // What could not be written is missing, and the stage runs again.
        Records.FlushAsync().ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        Task.WaitAll(endings);
        // After the workers, which may still have layers mounted.
        hold?.Dispose();
        hold = null;
    }
}
