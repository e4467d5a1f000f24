namespace ImageSdk.ImageService.Artifacts;

/// <summary>Where artifacts lie: S3, or a directory that takes its place.</summary>
interface IArtifactStore : IDisposable
{
    /// <summary>Where it is, for people; without a secret.</summary>
    string Place { get; }

    /// <returns>Null where there is none, or no such bucket.</returns>
    /// <exception cref="ArtifactException">The store does not answer.</exception>
    Task<ArtifactInfo?> FindAsync(ArtifactPath path, CancellationToken cancellation);

    /// <summary>Reads a small object.</summary>
    /// <param name="most">Bytes; one with more is not read.</param>
    /// <returns>Null where there is none, or one with more.</returns>
    Task<byte[]?> ReadAsync(ArtifactPath path, int most, CancellationToken cancellation);

    /// <summary>Writes a small object, which appears as a whole.</summary>
    /// <returns>Its etag, without quotes.</returns>
    Task<string> WriteAsync(ArtifactPath path, byte[] content, CancellationToken cancellation);

    /// <summary>Writes an object of any size, which appears as a whole.</summary>
    /// <param name="metadata">What is to be known of it.</param>
    /// <returns>Its etag, without quotes.</returns>
    Task<string> UploadAsync(ArtifactPath path, string file, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation);

    /// <summary>Reads an object of any size into a file, which is made or replaced.</summary>
    /// <returns>False where there is none.</returns>
    Task<bool> DownloadAsync(ArtifactPath path, string file, CancellationToken cancellation);

    /// <summary>Removes what uploads that were ended in the middle have left of an object.</summary>
    Task AbandonAsync(ArtifactPath path, CancellationToken cancellation);

    /// <summary>Moves an object with what is known of it. What is moved already, because an earlier attempt was ended, counts as moved.</summary>
    /// <returns>Its etag; null where it is in neither place.</returns>
    Task<string?> MoveAsync(ArtifactPath from, ArtifactPath to, CancellationToken cancellation);

    /// <summary>One that is not there is none to delete.</summary>
    Task DeleteAsync(ArtifactPath path, CancellationToken cancellation);

    /// <summary>An address at which an object may be fetched or put until it expires, without an identity.</summary>
    /// <param name="metadata">What is said of an object that is put.</param>
    Task<SignedAddress> SignAsync(ArtifactPath path, SignedUse use, IReadOnlyDictionary<string, string> metadata, DateTimeOffset expires, CancellationToken cancellation);
}

/// <param name="Size">Bytes.</param>
/// <param name="Etag">Without quotes.</param>
/// <param name="Metadata">What the one who uploaded it said of it, such as <c>md5sum</c>.</param>
sealed record ArtifactInfo(long Size, string Etag, IReadOnlyDictionary<string, string> Metadata);

/// <summary>What a signed address is for.</summary>
enum SignedUse
{
    Fetch,
    Put,
}

/// <param name="Url">Absolute; one without a host is answered by the service itself.</param>
/// <param name="Headers">Of the request that uses it.</param>
sealed record SignedAddress(string Url, IReadOnlyDictionary<string, string> Headers);

/// <summary>The store of artifacts does not answer, or refuses.</summary>
sealed class ArtifactException(string message, Exception? inner = null) : Exception(message, inner);
