using ImageSdk.Building.Caching;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Layers;

namespace ImageSdk.Imaginator.Folders;

/// <summary>The layers of builds. The engine removes them while no build uses the cache, whichever process that is of.</summary>
sealed class LayerFolder(EngineSettings settings) : IFolderContent
{
    readonly LayerCache cache = new(settings.CacheDirectory);

    public bool IsSharedByBuilds => true;

    public Task<ulong> MeasureAsync(CancellationToken cancellation) =>
        Task.Run(() => cache.Exists ? cache.List(cancellation).Aggregate(0ul, (sum, layer) => sum + layer.Size) : 0, cancellation);

    public async Task CollectAsync(FolderLimits limits, CancellationToken cancellation)
    {
        using var workers = new BuildWorkers(settings.WorkerAssembly, settings.Dotnet);
        await Task.Run(() => cache.CollectAsync(new(limits.Target, limits.MaxAge), workers, new SilentListener(), cancellation), cancellation);
    }
}
