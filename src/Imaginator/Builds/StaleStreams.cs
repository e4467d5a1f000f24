using System.Collections.Concurrent;
using System.Security.Cryptography;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Imaginator.Publishing;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Builds;

/// <summary>
/// Says which streams stand on an image that is not what their source is now. Whoever built the newer one, and when, does not matter; one that is the same
/// to the byte is no change.
/// </summary>
sealed class StaleStreams(ImageServerLink server)
{
    static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> anyTags = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>By name of an image, what it gives to those that are built on it.</summary>
    readonly ConcurrentDictionary<string, string> contents = new(StringComparer.Ordinal);

    /// <summary>By stream, what its source had when it was built here last: one whose manifest wants an older source image is not built again and again.</summary>
    readonly ConcurrentDictionary<string, string> built = new(StringComparer.Ordinal);

    /// <summary>Looks whether a stream has to be built again.</summary>
    /// <returns>Null where its image stands on what its source is now, or where it has no image, or its source has none.</returns>
    /// <exception cref="SrpcException">The image server refuses, or cannot be reached.</exception>
    public async Task<StaleStream?> CheckAsync(string stream, string source, CancellationToken cancellation)
    {
        if (await server.FindLatestAsync(source, "", anyTags, cancellation) is not { } now || await server.FindLatestAsync(stream, "", anyTags, cancellation) is not { } image
            || await server.FindAsync(image, withTree: false, cancellation) is not { } known || known.SourceImage == now)
            return null;
        var content = await ContentOfAsync(now, cancellation);
        return content is null || built.GetValueOrDefault(stream) == content || await ContentOfAsync(known.SourceImage, cancellation) == content ? null : new(stream, content, known.ExpiresAt);
    }

    /// <summary>It was built.</summary>
    public void Note(StaleStream stale) => built[stale.Stream] = stale.SourceContent;

    /// <returns>Null where there is no such image.</returns>
    async Task<string?> ContentOfAsync(string name, CancellationToken cancellation)
    {
        if (name.Length == 0 || ImageName.FindFault(name) is not null)
            return null;
        if (contents.TryGetValue(name, out var known))
            return known;
        return await server.FindAsync(name, withTree: true, cancellation) is { } image ? contents[name] = ContentOf(image) : null;
    }

    static string ContentOf(Image image)
    {
        using var rest = new MemoryStream();
        // Times of files are those of the build; these are what manifests add to, or ask for.
        ImageFile.Write(rest, new() { Filter = image.Filter, Triggers = image.Triggers, Packages = image.Packages });
        foreach (var (name, value) in (image.Tags ?? new Dictionary<string, string>()).OrderBy(tag => tag.Key, StringComparer.Ordinal))
            rest.Write(System.Text.Encoding.UTF8.GetBytes($"{name}\0{value}\0"));
        return $"{(image.FileSystem is { } tree ? TreeHash.Compute(tree) : default)} {Convert.ToHexStringLower(SHA256.HashData(rest.ToArray()))}";
    }
}

/// <summary>A stream that has to be built again.</summary>
/// <param name="SourceContent">What its source has now.</param>
/// <param name="ExpiresAt">Of its newest image; null for never.</param>
sealed record StaleStream(string Stream, string SourceContent, DateTimeOffset? ExpiresAt);
