using ImageSdk.Dominator;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.ImageServer.Images;

/// <summary>The start: headers first, so that the server can answer; then the references to objects.</summary>
sealed partial class ImageCatalogue
{
    void Load()
    {
        if (store.RemoveLeftovers() is > 0 and var count)
            report($"removed {count} files of images that were not finished");
        Parallel.ForEach(store.ListFiles(), name =>
        {
            try
            {
                if (store.Load(name) is not var (header, image))
                    return;
                if (header.IsExpired(time.GetUtcNow()))
                {
                    store.Remove(name);
                    report($"removed expired image: {name}");
                    return;
                }
                var entry = new ImageEntry(header);
                lock (gate)
                    images[name] = entry;
                if (image is not null)
                    CountReferences(entry, image);
            }
            catch (Exception problem) when (problem is ImageFileException or IOException or UnauthorizedAccessException)
            {
                report($"image {name} cannot be read and is left out: {problem.Message}");
            }
        });
    }

    /// <summary>
    /// Reads the images whose headers were known, and counts their references to objects. Leaves half of the processor to those
    /// who call meanwhile.
    /// </summary>
    public Task CountReferencesAsync(CancellationToken cancellation)
    {
        ImageEntry[] uncounted;
        lock (gate)
            uncounted = [.. images.Values.Where(entry => !entry.IsCounted)];
        return BackgroundThreads.ForEachAsync(uncounted, Math.Max(1, Environment.ProcessorCount / 2), CountReferences, cancellation);
    }

    void CountReferences(ImageEntry entry)
    {
        var name = entry.Header.Name;
        try
        {
            if (store.Load(name, withImage: true) is { Image: { } image })
                CountReferences(entry, image);
        }
        catch (Exception problem) when (problem is ImageFileException or IOException or UnauthorizedAccessException)
        {
            entry.Fault = problem.Message;
            report($"image {name} is damaged: {problem.Message}");
        }
    }

    void CountReferences(ImageEntry entry, Image image)
    {
        var uses = ObjectUse.Of(image);
        lock (entry)
        {
            if (entry.IsCounted || !IsCurrent(entry))
                return;
            var missing = uses.Where(use => !IsPresent(use)).Select(use => use.Hash).ToHashSet();
            if (missing.Count > 0)
            {
                entry.MissingObjects = missing;
                entry.Fault = $"{missing.Count} objects are not available";
                report($"image {entry.Header.Name} is damaged: {entry.Fault}");
            }
            objects.AddReferences(entry.CountedAmong(uses));
            entry.IsCounted = true;
        }
    }

    bool IsPresent(ObjectUse use) => objects.SizeOf(use.Hash) is { } size && (use.Size ?? size) == size;

    bool IsCurrent(ImageEntry entry)
    {
        lock (gate)
            return images.GetValueOrDefault(entry.Header.Name) == entry;
    }
}
