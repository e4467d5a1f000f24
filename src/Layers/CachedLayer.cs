using ImageSdk.Contracts.Messages;

namespace ImageSdk.Layers;

/// <summary>An entry of the build cache as a list shows it: a layer, or something else that builds keep.</summary>
/// <param name="Id">Its name in the cache, among those of its kind.</param>
/// <param name="Stage">The stage that made a layer; empty where that can't be read, and for other kinds.</param>
/// <param name="Size">Bytes of its files; hard links count once.</param>
/// <param name="Entries">Names that a layer sets or removes; files of other kinds.</param>
/// <param name="Made">When it was made.</param>
/// <param name="Used">When a build last stood on it.</param>
/// <param name="Fault">Why it can't be used; null where it can.</param>
public sealed record CachedLayer(
    string Id, string Stage, ulong Size, int Entries, DateTimeOffset Made, DateTimeOffset Used, string? Fault)
{
    public CachedKind Kind { get; init; }

    /// <summary>What it is, in words; the id for layers.</summary>
    public string Title { get; init; } = Id;

    /// <summary>Where it lies in a user's part of the cache.</summary>
    internal string Path => PathOf(Kind, Id);

    internal static string PathOf(CachedKind kind, string id) => kind switch
    {
        CachedKind.Package => $"packages/{id}",
        CachedKind.PackageLists => $"apt/{id}",
        CachedKind.Download => $"downloads/{id}",
        _ => $"layers/{id}",
    };
}
