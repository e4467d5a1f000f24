using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Imaginator.Folders;

/// <summary>Source images that came from the image server, with their objects. What is removed and needed again comes from there once more.</summary>
/// <param name="directory">Where they lie.</param>
sealed class StoreFolder(string directory) : IFolderContent
{
    readonly LocalStore store = new(directory);

    /// <summary>A build reads objects of its source image when it comes to that.</summary>
    public bool IsSharedByBuilds => true;

    public Task<ulong> MeasureAsync(CancellationToken cancellation) => Task.Run(() => store.Objects.Enumerate().Aggregate(0ul, (sum, found) =>
    {
        cancellation.ThrowIfCancellationRequested();
        return sum + found.Size;
    }), cancellation);

    public Task CollectAsync(FolderLimits limits, CancellationToken cancellation) => Task.Run(() =>
    {
        var kept = new HashSet<ObjectHash>();
        var sizes = store.Objects.Enumerate().ToDictionary(found => found.Hash, found => found.Size);
        var room = limits.Target;
        var isFull = false;
        // The newest of a stream is what is built on.
        foreach (var name in store.Images.ListFiles().OrderByDescending(name => File.GetLastWriteTimeUtc(store.Images.GetPath(name))))
        {
            cancellation.ThrowIfCancellationRequested();
            var objects = isFull ? null : FindObjects(name);
            var size = objects?.Where(hash => !kept.Contains(hash)).Aggregate(0ul, (sum, hash) => sum + sizes.GetValueOrDefault(hash)) ?? 0;
            if (objects is null || size > room)
            {
                isFull |= size > room;
                store.Images.Remove(name);
                continue;
            }
            kept.UnionWith(objects);
            room -= size;
        }
        foreach (var hash in sizes.Keys.Where(hash => !kept.Contains(hash)))
            store.Objects.Remove(hash);
        store.Objects.RemoveLeftovers();
    }, cancellation);

    /// <returns>Null for an image that is gone or damaged.</returns>
    List<ObjectHash>? FindObjects(string name)
    {
        try
        {
            return store.Images.Load(name, withImage: true)?.Image is { } image ? [.. ImageObjects.List(image).Keys] : null;
        }
        catch (ImageFileException)
        {
            return null;
        }
    }
}
