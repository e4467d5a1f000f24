using ImageSdk.Building.Downloads;

namespace ImageSdk.Building.Containers;

/// <summary>An image in a directory (OCI Image Layout Specification 1.1).</summary>
/// <param name="tag">By <c>org.opencontainers.image.ref.name</c>; empty for the only one.</param>
sealed class LayoutSource(string directory, string tag) : IContainerSource
{
    const long LongestManifest = 4 << 20;

    public async Task<byte[]> ReadManifestAsync(ContentDigest? digest, CancellationToken cancellation)
    {
        if (digest is null)
        {
            // An index of one, as a registry would answer for the tag.
            var index = await ReadAsync(Path.Combine(directory, "index.json"), cancellation);
            return await ReadManifestAsync(ContainerManifest.Parse(index, directory).FindTag(tag, directory), cancellation);
        }
        var bytes = await ReadAsync(PlaceOf(digest), cancellation);
        return ContentDigest.Of(bytes) == digest ? bytes : throw Wrong(PlaceOf(digest));
    }

    public async Task<string> FetchBlobAsync(ContentDigest digest, CancellationToken cancellation)
    {
        var file = PlaceOf(digest);
        try
        {
            return await ContentDigest.OfAsync(file, digest.Algorithm, cancellation) == digest ? file : throw Wrong(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, exception);
        }
    }

    string PlaceOf(ContentDigest digest) => Path.Combine(directory, "blobs", digest.Algorithm, digest.Hex);

    static async Task<byte[]> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            return new FileInfo(file).Length <= LongestManifest ? await File.ReadAllBytesAsync(file, cancellation) : throw new IOException($"it has more than {LongestManifest} bytes");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, exception);
        }
    }

    static DownloadException Unreadable(string file, Exception exception) => new(DownloadFault.Unavailable, $"{file} cannot be read: {exception.Message.TrimEnd('.')}.", exception);

    static DownloadException Wrong(string file) => new(DownloadFault.WrongContent, $"{file} has another content than its name says.");
}
