using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Debian.Installing;

/// <summary>A layer whose tree is complete while it is not yet in the cache: others may be made on it meanwhile.</summary>
/// <param name="root">Settled; gone in the end.</param>
/// <param name="keep">Puts the tree into the cache.</param>
/// <param name="making">Keeps others from making the same until the end; null where none would.</param>
sealed class PendingLayer(LayerStore store, string id, StageRoot root, Func<LayerIndex> keep, IDisposable? making) : IDisposable
{
    Task<LayerIndex>? keeping;

    public string Id => id;

    /// <summary>Where its tree is, from the cache's root, until <see cref="Begin"/>.</summary>
    public string Tree { get; } = Path.GetRelativePath(store.Root, root.Upper);

    /// <summary>Begins to put it into the cache.</summary>
    public void Begin() => keeping ??= BackgroundWork.Start(keep);

    /// <summary>Waits until it is in the cache.</summary>
    public LayerIndex Finish()
    {
        Begin();
        return keeping!.GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Begin();
        BackgroundWork.WaitForEnd(keeping!);
        root.Dispose();
        making?.Dispose();
    }
}
