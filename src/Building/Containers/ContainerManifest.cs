using System.Text.Json;
using ImageSdk.Building.Downloads;

namespace ImageSdk.Building.Containers;

/// <summary>A part of an image, by its digest.</summary>
/// <param name="Architecture">Of an index's entry; empty where it does not say.</param>
/// <param name="Tag">Of an index's entry; empty where it does not say.</param>
sealed record ContainerPart(string MediaType, ContentDigest Digest, string Architecture, string System, string Tag);

/// <summary>A manifest of an image, or an index of several (OCI Image Format Specification 1.1; Docker's Image Manifest, version 2, schema 2).</summary>
/// <param name="Entries">Of an index; null for a manifest.</param>
/// <param name="Layers">The lowest first.</param>
sealed record ContainerManifest(IReadOnlyList<ContainerPart>? Entries, ContainerPart? Config, IReadOnlyList<ContainerPart> Layers)
{
    const int MostParts = 1000;

    public static IReadOnlyList<string> MediaTypes { get; } =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    /// <param name="name">For the error.</param>
    /// <exception cref="DownloadException">It is none.</exception>
    public static ContainerManifest Parse(byte[] json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.TryGetProperty("schemaVersion", out var version) && version.GetInt32() != 2)
                throw Wrong(name, $"its manifest has the version {version.GetInt32()}; 2 is known");
            if (root.TryGetProperty("manifests", out var manifests))
                return new(ReadParts(manifests), null, []);
            return new(null, ReadPart(root.GetProperty("config")), ReadParts(root.GetProperty("layers")));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Wrong(name, "its manifest is not understood", exception);
        }
    }

    /// <summary>The entry for an architecture, in Go's words.</summary>
    /// <exception cref="DownloadException">There is none.</exception>
    public ContentDigest Find(string architecture, string name)
    {
        var images = Entries!.Where(entry => entry.System is "" or "linux").ToList();
        return (images.Find(entry => entry.Architecture == architecture) ?? (images is [{ Architecture: "" } only] ? only : null))?.Digest
            ?? throw Wrong(name, $"it has no image for {architecture}: it has {Join(Entries!.Select(entry => $"{entry.System}/{entry.Architecture}"))}");
    }

    /// <summary>The entry of a layout's index with a tag.</summary>
    /// <exception cref="DownloadException">There is none, or no tag was given and there are several.</exception>
    public ContentDigest FindTag(string tag, string name)
    {
        var entries = Entries ?? throw Wrong(name, "its index.json is no index");
        return (tag.Length > 0 ? entries.Where(entry => entry.Tag == tag) : entries).Select(entry => entry.Digest).Distinct().ToList() is [var only]
            ? only
            : throw Wrong(name, tag.Length > 0 ? $"it has no image \"{tag}\": it has {Join(entries.Select(entry => entry.Tag))}" : $"it has {entries.Count} images; name one of {Join(entries.Select(entry => entry.Tag))} after a colon");
    }

    public static DownloadException Wrong(string name, string what, Exception? inner = null) => new(DownloadFault.WrongImage, $"{name} cannot be used: {what}.", inner);

    static string Join(IEnumerable<string> words) => string.Join(", ", words.Where(word => word.Trim('/').Length > 0).Distinct().DefaultIfEmpty("nothing"));

    static List<ContainerPart> ReadParts(JsonElement list) =>
        list.GetArrayLength() <= MostParts ? [.. list.EnumerateArray().Select(ReadPart)] : throw new FormatException($"a list has {list.GetArrayLength()} parts");

    static ContainerPart ReadPart(JsonElement part)
    {
        var platform = part.TryGetProperty("platform", out var said) ? said : default;
        return new(
            Text(part, "mediaType"), ContentDigest.TryParse(Text(part, "digest")) ?? throw new FormatException("a digest is none"),
            Text(platform, "architecture"), Text(platform, "os"), part.TryGetProperty("annotations", out var annotations) ? Text(annotations, "org.opencontainers.image.ref.name") : "");
    }

    static string Text(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
