using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Problems;

namespace ImageSdk.ImageService.Artifacts;

/// <summary>An artifact that a manifest lists.</summary>
/// <param name="Md5">Null where the manifest has none.</param>
sealed record ManifestEntry(string Type, string? Md5, ArtifactPath Path);

/// <summary>The manifests of images: JSON documents that list an image's artifacts.</summary>
static class ImageManifest
{
    public const string FileName = "manifest.json", DeletedFileName = "deleted_manifest.json", ManifestType = "application/vnd.cray.image.manifest";

    const string Version = "1.0", RootfsType = "application/vnd.cray.image.rootfs.squashfs";

    static readonly JsonDocumentOptions options = new() { MaxDepth = 32 };

    /// <summary>Sees whether an image may have this manifest.</summary>
    /// <param name="link">As the client wrote it.</param>
    /// <param name="most">Bytes of a manifest; one that has as many is too large.</param>
    /// <exception cref="ApiProblem">It may not.</exception>
    public static async Task CheckAsync(IArtifactStore artifacts, ArtifactPath path, JsonNode? link, int most, CancellationToken cancellation)
    {
        if (await artifacts.FindAsync(path, cancellation) is not { } found)
            throw ApiProblem.NoArtifact(link);
        if (found.Size >= most)
            throw ApiProblem.LargeManifest(link);
        if (await artifacts.ReadAsync(path, most, cancellation) is not { } content || TryParse(content) is not { } manifest)
            throw ApiProblem.UnreadableManifest(link);
        // Clients link an image before they know its artifacts.
        if (manifest.Count == 0)
            return;
        if (!manifest.TryGetPropertyValue("version", out var version))
            throw ApiProblem.Unprocessable("The image's manifest.json does not contain a version field.");
        if (TextOf(version) != Version)
            throw ApiProblem.Unprocessable($"The image's manifest.json has a version that is not supported. Supported image manifest versions are: {Version}");
        var roots = 0;
        foreach (var artifact in ArtifactsOf(manifest))
        {
            if (artifact is not JsonObject members)
                throw Malformed("A listed artifact is not a json dictionary.");
            if (!members.TryGetPropertyValue("link", out var artifactLink) || artifactLink is not JsonObject place)
                throw Malformed("An artifact does not have a link value");
            if (!place.TryGetPropertyValue("type", out var type))
                throw Malformed("An artifact does not have a link type field");
            if (TextOf(type) != "s3")
                throw Malformed($"An artifact link type {PythonText.Of(type)} not supported");
            if (!place.TryGetPropertyValue("path", out var text))
                throw Malformed("An artifact does not have a link path field");
            if (!ArtifactPath.TryParse(TextOf(text) ?? "", out var target) || await artifacts.FindAsync(target, cancellation) is null)
                throw ApiProblem.NoArtifact(place);
            if (!members.TryGetPropertyValue("type", out var kind))
                throw Malformed("An artifact does not have a type field");
            if (TextOf(kind)?.StartsWith(RootfsType, StringComparison.Ordinal) == true)
                roots++;
        }
        if (roots != 1)
            throw roots == 0 ? ApiProblem.NoRootfs(link) : ApiProblem.ManyRootfs(link);
    }

    /// <summary>The root file system of an image.</summary>
    /// <param name="link">Of the image.</param>
    /// <exception cref="ApiProblem">The manifest is not there or not right, or has none or several.</exception>
    public static async Task<ManifestEntry> FindRootAsync(IArtifactStore artifacts, ArtifactPath path, JsonNode link, int most, CancellationToken cancellation)
    {
        if (await artifacts.FindAsync(path, cancellation) is not { } found)
            throw ApiProblem.NoArtifact(link);
        if (found.Size >= most)
            throw ApiProblem.LargeManifest(link);
        if (await artifacts.ReadAsync(path, most, cancellation) is not { } content || TryParse(content) is not { } manifest)
            throw ApiProblem.UnreadableManifest(link);
        if (TextOf(manifest["version"]) != Version)
            throw ApiProblem.BadRequest($"The image's manifest.json has a version that is not supported. Supported image manifest versions are: {Version}");
        var roots = (manifest["artifacts"] as JsonArray ?? []).OfType<JsonObject>().Where(artifact => TextOf(artifact["type"])?.StartsWith(RootfsType, StringComparison.Ordinal) == true).ToList();
        return roots switch
        {
            [var root] => EntryOf(root) ?? throw ApiProblem.NoRootfs(link),
            [] => throw ApiProblem.NoRootfs(link),
            _ => throw ApiProblem.ManyRootfs(link),
        };
    }

    /// <summary>The artifacts of a manifest. What is no artifact, or lies elsewhere, is left out.</summary>
    /// <returns>Null where there is no manifest, or where it cannot be read.</returns>
    public static async Task<IReadOnlyList<ManifestEntry>?> ReadAsync(IArtifactStore artifacts, ArtifactPath path, int most, CancellationToken cancellation) =>
        await artifacts.ReadAsync(path, most, cancellation) is { } content && TryParse(content) is { } manifest && manifest["artifacts"] is JsonArray list
            ? [.. list.OfType<JsonObject>().Select(EntryOf).OfType<ManifestEntry>()]
            : null;

    /// <summary>The manifest of what was deleted together.</summary>
    public static byte[] Write(IEnumerable<(ManifestEntry Entry, string Etag)> artifacts, DateTimeOffset time)
    {
        var list = new JsonArray();
        foreach (var (entry, etag) in artifacts)
        {
            var artifact = new JsonObject { ["type"] = entry.Type };
            if (entry.Md5 is not null)
                artifact["md5"] = entry.Md5;
            artifact["link"] = new JsonObject { ["etag"] = etag, ["path"] = entry.Path.ToString(), ["type"] = "s3" };
            list.Add(artifact);
        }
        var created = time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        return JsonSerializer.SerializeToUtf8Bytes<JsonNode>(new JsonObject { ["version"] = Version, ["created"] = created, ["artifacts"] = list });
    }

    static ManifestEntry? EntryOf(JsonObject artifact) =>
        artifact["link"] is JsonObject link && ArtifactPath.TryParse(TextOf(link["path"]) ?? "", out var path)
            ? new(TextOf(artifact["type"]) ?? "", TextOf(artifact["md5"]), path)
            : null;

    static JsonArray ArtifactsOf(JsonObject manifest) => !manifest.TryGetPropertyValue("artifacts", out var artifacts)
        ? throw Malformed("It does not contain an artifacts map.")
        : artifacts as JsonArray ?? throw Malformed("The artifacts property is not a json list.");

    static ApiProblem Malformed(string how) => ApiProblem.Unprocessable($"The image's manifest.json is malformed. {how}");

    static JsonObject? TryParse(byte[] content)
    {
        try
        {
            return JsonNode.Parse(content, documentOptions: options) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static string? TextOf(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
