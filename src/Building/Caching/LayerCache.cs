using ImageSdk.Building.Downloads;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Stages;
using ImageSdk.Layers;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;

namespace ImageSdk.Building.Caching;

/// <summary>A user's build cache from outside of builds: what is in it, whether it is whole, and what can go.</summary>
/// <param name="cacheDirectory">What a project calls ImageCacheDirectory.</param>
public sealed class LayerCache(string cacheDirectory)
{
    readonly LayerStore store = new(cacheDirectory, Processes.UserId);

    /// <summary>Where this user's part of the cache lies.</summary>
    public string Root => store.Root;

    public bool Exists => Directory.Exists(store.LayersDirectory);

    /// <summary>All layers, packages, package lists and downloads, the most recently used first. Reads the layers' indexes, not their trees.</summary>
    public IReadOnlyList<CachedLayer> List(CancellationToken cancellation)
    {
        var layers = new List<CachedLayer>();
        foreach (var id in store.Ids())
        {
            cancellation.ThrowIfCancellationRequested();
            layers.Add(Read(id));
        }
        layers.AddRange(new PackageCare(store).List());
        layers.AddRange(AptCare.List(store));
        layers.AddRange(new DownloadCare(store).List());
        return [.. layers.OrderByDescending(layer => layer.Used).ThenByDescending(layer => layer.Made).ThenBy(layer => layer.Id, StringComparer.Ordinal)];
    }

    CachedLayer Read(string id)
    {
        var stage = store.TryReadInputs(id) is { } inputs ? StageOf(inputs) : "";
        try
        {
            return store.TryReadIndex(id) is { } index
                ? new(id, stage, index.CountBytes(), index.Entries.Count, File.GetLastWriteTimeUtc(store.IndexFile(id)), store.LastUsed(id), null)
                : Damaged("it has no index");
        }
        catch (InvalidDataException exception)
        {
            return Damaged(exception.Message);
        }

        CachedLayer Damaged(string reason)
        {
            DateTimeOffset time = Directory.GetLastWriteTimeUtc(store.LayerDirectory(id));
            return new(id, stage, 0, 0, time, time, reason);
        }
    }

    // A source image from the store is named by its key alone, so its layer has no inputs.
    static string StageOf(string inputs) => inputs.Length == 0
        ? nameof(ImageStage.UnpackSourceImage)
        : inputs.AsSpan(0, inputs.AsSpan().IndexOfAny(' ', '\n') is var end and >= 0 ? end : inputs.Length).ToString();

    /// <summary>Removes what is over the limits, and what killed builds left.</summary>
    /// <returns>What was removed, the least recently used first.</returns>
    /// <exception cref="BuildException">A build runs (IMG7121), or the worker can't do it.</exception>
    public async Task<IReadOnlyList<CachedLayer>> CollectAsync(
        CacheLimits limits, BuildWorkers workers, IBuildListener listener, CancellationToken cancellation)
    {
        using var removal = LockForRemoval();
        // What builds were using until now is known only here.
        var removed = limits.Select(List(cancellation), DateTimeOffset.UtcNow);
        // Also where there is none: the worker sweeps as it starts.
        await workers.AskAsync(cacheDirectory, new RemoveEntriesRequest([.. removed.Select(layer => layer.Path)]), listener, cancellation);
        return removed;
    }

    /// <summary>Compares all layers with their indexes, and packages with what was noted of them.</summary>
    /// <param name="content">Whether every file is read and hashed.</param>
    /// <param name="repair">Whether what is damaged is removed; the next build makes it again.</param>
    /// <exception cref="BuildException">It shall repair while a build runs (IMG7121), or the worker can't do it.</exception>
    public async Task<IReadOnlyList<LayerFault>> VerifyAsync(
        bool content, bool repair, BuildWorkers workers, IBuildListener listener, CancellationToken cancellation)
    {
        using var held = repair
            ? LockForRemoval()
            : await store.HoldAsync(() => listener.Progress("Waiting until the build cache is cleaned up"), cancellation);
        var done = await workers.AskAsync(cacheDirectory, new VerifyLayersRequest([.. store.Ids()], content), listener, cancellation);
        LayerFault[] faults = [.. done.Faults ?? [], .. new PackageCare(store).FindFaults(content), .. new DownloadCare(store).FindFaults(content)];
        if (repair && faults.Length > 0)
            await workers.AskAsync(cacheDirectory, new RemoveEntriesRequest([.. faults.Select(fault => CachedLayer.PathOf(fault.Kind, fault.Layer))]), listener, cancellation);
        return faults;
    }

    IDisposable LockForRemoval() => store.TryLockForRemoval() ?? throw new BuildException("IMG7121",
        $"a build is using the cache {Root}, so nothing is removed from it: run this again when no build runs");
}
