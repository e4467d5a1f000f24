using ImageSdk.Building.Downloads;

namespace ImageSdk.Building.Containers;

/// <summary>Where the parts of a container image are.</summary>
interface IContainerSource
{
    /// <param name="digest">Null for what the reference's tag stands for.</param>
    /// <returns>A manifest or an index, whose bytes have that digest.</returns>
    /// <exception cref="DownloadException">It cannot be had, or is another one.</exception>
    Task<byte[]> ReadManifestAsync(ContentDigest? digest, CancellationToken cancellation);

    /// <returns>A file with that digest.</returns>
    /// <exception cref="DownloadException">It cannot be had, or is another one.</exception>
    Task<string> FetchBlobAsync(ContentDigest digest, CancellationToken cancellation);
}
