using ImageSdk.Dominator.Transfer;

namespace ImageSdk.Storage;

/// <summary>
/// Takes objects from a store where that has them, and keeps there what has to be fetched. What was not used longest
/// goes when there is more than the limit.
/// </summary>
/// <param name="cache">Holds what was fetched.</param>
/// <param name="limit">Bytes.</param>
/// <param name="inner">Where the others come from.</param>
public sealed class CachedObjects(ObjectStore cache, ulong limit, IObjectFetcher inner) : IObjectFetcher
{
    /// <inheritdoc/>
    public async Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default)
    {
        // What was damaged or cut is fetched like what is not there.
        int[] known = [.. Enumerable.Range(0, objects.Count).Where(index => cache.SizeOf(objects[index].Hash) == objects[index].Size)];
        var isKnown = known.ToHashSet();
        int[] missing = [.. Enumerable.Range(0, objects.Count).Where(index => !isKnown.Contains(index))];
        foreach (var index in known)
            File.SetLastAccessTimeUtc(cache.GetPath(objects[index].Hash), DateTime.UtcNow);
        await new SourceFetch(cache).FetchAsync([.. known.Select(index => objects[index])], new Part(sink, known, null, objects), cancellation);
        await inner.FetchAsync([.. missing.Select(index => objects[index])], new Part(sink, missing, cache, objects), cancellation);
        Trim();
    }

    void Trim()
    {
        var files = cache.Enumerate().Select(found => (found.Hash, found.Size, Used: File.GetLastAccessTimeUtc(cache.GetPath(found.Hash)))).ToList();
        var total = files.Aggregate(0ul, (sum, file) => sum + file.Size);
        foreach (var (hash, size, _) in files.OrderBy(file => file.Used))
        {
            if (total <= limit)
                return;
            cache.Remove(hash);
            total -= size;
        }
    }

    /// <summary>Passes a choice of the objects on under their own positions.</summary>
    sealed class Part(IObjectSink sink, int[] positions, ObjectStore? keep, IReadOnlyList<WantedObject> objects) : IObjectSink
    {
        public void Take(int index, ReadOnlySpan<byte> content)
        {
            keep?.Add(content, objects[positions[index]].Hash);
            sink.Take(positions[index], content);
        }

        public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
        {
            if (keep is null)
            {
                await sink.TakeAsync(positions[index], content, cancellation);
                return;
            }
            var hash = objects[positions[index]].Hash;
            keep.Add(content, hash, cancellation);
            using var kept = keep.OpenRead(hash);
            await sink.TakeAsync(positions[index], kept, cancellation);
        }
    }
}
