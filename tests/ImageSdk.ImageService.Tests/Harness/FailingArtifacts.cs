using ImageSdk.ImageService.Artifacts;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>Artifacts of another store, which stops answering after some changes, as one does whose machine dies.</summary>
sealed class FailingArtifacts(IArtifactStore inner) : IArtifactStore
{
    /// <summary>Changes until it fails; null for never.</summary>
    public int? Left { get; set; }

    public string Place => inner.Place;

    public Task<ArtifactInfo?> FindAsync(ArtifactPath path, CancellationToken cancellation) => inner.FindAsync(path, cancellation);

    public Task<byte[]?> ReadAsync(ArtifactPath path, int most, CancellationToken cancellation) => inner.ReadAsync(path, most, cancellation);

    public Task<string> WriteAsync(ArtifactPath path, byte[] content, CancellationToken cancellation) => Count(() => inner.WriteAsync(path, content, cancellation));

    public Task<string> UploadAsync(ArtifactPath path, string file, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellation) =>
        Count(() => inner.UploadAsync(path, file, metadata, cancellation));

    public Task<bool> DownloadAsync(ArtifactPath path, string file, CancellationToken cancellation) => inner.DownloadAsync(path, file, cancellation);

    public Task AbandonAsync(ArtifactPath path, CancellationToken cancellation) => inner.AbandonAsync(path, cancellation);

    public Task<string?> MoveAsync(ArtifactPath from, ArtifactPath to, CancellationToken cancellation) => Count(() => inner.MoveAsync(from, to, cancellation));

    public async Task DeleteAsync(ArtifactPath path, CancellationToken cancellation) => await Count(async () =>
    {
        await inner.DeleteAsync(path, cancellation);
        return true;
    });

    public Task<SignedAddress> SignAsync(ArtifactPath path, SignedUse use, IReadOnlyDictionary<string, string> metadata, DateTimeOffset expires, CancellationToken cancellation) =>
        inner.SignAsync(path, use, metadata, expires, cancellation);

    public void Dispose() => inner.Dispose();

    Task<T> Count<T>(Func<Task<T>> work)
    {
        if (Left == 0)
            throw new ArtifactException("it is gone");
        Left--;
        return work();
    }
}
