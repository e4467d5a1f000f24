using System.Text.Json;
using ImageSdk.Building.Downloads;

namespace ImageSdk.Building.Containers;

/// <summary>Picks the image for an architecture, and brings its layers.</summary>
/// <param name="name">The image, for messages.</param>
/// <param name="architecture">amd64, arm64.</param>
sealed class ContainerFetcher(IContainerSource source, string name, string architecture)
{
    /// <summary>What a layer may be: a tar file, plain or compressed, by the end of its media type.</summary>
    static readonly string[] layerTypes = [".tar", ".tar+gzip", ".tar+zstd", ".tar.gzip", ".tar.zstd"];

    const long LongestConfig = 4 << 20;

    /// <summary>The digest of what a tag stands for.</summary>
    /// <exception cref="DownloadException">It cannot be had.</exception>
    public async Task<ContentDigest> ResolveAsync(CancellationToken cancellation)
    {
        var manifest = await source.ReadManifestAsync(null, cancellation);
        ContainerManifest.Parse(manifest, name);
        return ContentDigest.Of(manifest);
    }

    /// <returns>Files of the layers, the lowest first; each has the digest that the manifest says.</returns>
    /// <exception cref="DownloadException">One cannot be had, or there is no image for the architecture.</exception>
    public async Task<IReadOnlyList<string>> FetchLayersAsync(ContentDigest digest, CancellationToken cancellation)
    {
        var manifest = ContainerManifest.Parse(await source.ReadManifestAsync(digest, cancellation), name);
        if (manifest.Entries is not null)
            manifest = ContainerManifest.Parse(await source.ReadManifestAsync(manifest.Find(architecture, name), cancellation), name);
        if (manifest.Config is not { } config)
            throw ContainerManifest.Wrong(name, "an index in it leads to another index");
        if (manifest.Layers.FirstOrDefault(layer => !layerTypes.Any(type => layer.MediaType.EndsWith(type, StringComparison.Ordinal))) is { } other)
            throw ContainerManifest.Wrong(name, $"it has a layer of the type \"{other.MediaType}\"");
        await RequireArchitectureAsync(config, cancellation);
        var files = new List<string>();
        foreach (var layer in manifest.Layers)
            files.Add(await source.FetchBlobAsync(layer.Digest, cancellation));
        return files;
    }

    async Task RequireArchitectureAsync(ContainerPart config, CancellationToken cancellation)
    {
        var file = await source.FetchBlobAsync(config.Digest, cancellation);
        string? found;
        try
        {
            using var document = JsonDocument.Parse(new FileInfo(file).Length <= LongestConfig ? await File.ReadAllBytesAsync(file, cancellation) : []);
            found = document.RootElement.TryGetProperty("architecture", out var value) ? value.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw ContainerManifest.Wrong(name, "its configuration is not understood", exception);
        }
        if (found is not null && found != architecture)
            throw ContainerManifest.Wrong(name, $"it is for {found}, and the project builds for {architecture}");
    }
}
