namespace ImageSdk.Building.Layers;

/// <summary>A layer of the build cache as a list shows it.</summary>
/// <param name="Id">Its name in the cache.</param>
/// <param name="Stage">The stage that made it; empty where that can't be read.</param>
/// <param name="Size">Bytes of its files; hard links count once.</param>
/// <param name="Entries">Names that it sets or removes.</param>
/// <param name="Made">When it was made.</param>
/// <param name="Used">When a build last stood on it.</param>
/// <param name="Fault">Why it can't be used; null where it can.</param>
public sealed record CachedLayer(
    string Id, string Stage, ulong Size, int Entries, DateTimeOffset Made, DateTimeOffset Used, string? Fault);
