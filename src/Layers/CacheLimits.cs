namespace ImageSdk.Layers;

/// <summary>What a clean-up of the build cache leaves.</summary>
/// <param name="MaxSize">Bytes that all layers together may have; null for any.</param>
/// <param name="MaxAge">How long ago a layer may have been used; null for any.</param>
public sealed record CacheLimits(ulong? MaxSize, TimeSpan? MaxAge)
{
    /// <summary>
    /// Picks the layers to remove: damaged ones, those that were unused for too long, and of the rest the least recently
    /// used ones until the size is kept.
    /// </summary>
    public IReadOnlyList<CachedLayer> Select(IEnumerable<CachedLayer> layers, DateTimeOffset now)
    {
        var removed = new List<CachedLayer>();
        // Layers without files have no size, but room for nothing is for them too.
        var isFull = MaxSize == 0;
        var room = MaxSize ?? ulong.MaxValue;
        // What was used at one time is one stack: the upper layers are nothing without the lower ones, so the lower ones,
        // which were made before, stay longest.
        foreach (var layer in layers.OrderByDescending(layer => layer.Used).ThenBy(layer => layer.Made).ThenBy(layer => layer.Id, StringComparer.Ordinal))
        {
            if (layer.Fault is not null || now - layer.Used > MaxAge)
                removed.Add(layer);
            else if (layer.Size <= room && !isFull)
                room -= layer.Size;
            else
            {
                // An older layer that happens to be small is no reason to keep it.
                isFull = true;
                removed.Add(layer);
            }
        }
        removed.Reverse();
        return removed;
    }
}
