using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Services;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Import;

/// <summary>Gets the parts of a tree, and keeps them as objects.</summary>
sealed class TreeFetch(ObjectCatalogue objects) : IDisposable
{
    readonly ObjectImporter importer = new(objects);

    /// <summary>Objects that were not here before.</summary>
    public ulong Count { get; private set; }

    /// <summary>Of those.</summary>
    public ulong Bytes { get; private set; }

    /// <summary>Fetches those objects that are not here from <c>URL/HASH</c>, many at once.</summary>
    /// <param name="sizes">What each has, in bytes.</param>
    /// <exception cref="SrpcException">One cannot be had, or is not what its hash says.</exception>
    public Task FetchAsync(string url, IReadOnlyDictionary<ObjectHash, ulong> sizes, CancellationToken cancellation) =>
        FetchAsync(url, [.. sizes.Keys], [.. sizes.Values], cancellation);

    /// <summary>Fetches objects whose sizes are not known.</summary>
    /// <inheritdoc cref="FetchAsync(string, IReadOnlyDictionary{ObjectHash, ulong}, CancellationToken)" path="/exception"/>
    public Task FetchAsync(string url, IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation) =>
        FetchAsync(url, hashes, [], cancellation);

    /// <summary>Reads an object that was fetched.</summary>
    /// <exception cref="SrpcException">It is longer than it may be.</exception>
    public byte[] Read(ObjectHash hash, ulong most) => Refusals.Plain.Of(() =>
    {
        using var file = objects.OpenRead(hash);
        if ((ulong)file.Length > most)
            throw new SrpcException($"malformed tree: {hash} has {file.Length} bytes, more than {most}");
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    });

    public void Dispose() => importer.Dispose();

    async Task FetchAsync(string url, IReadOnlyList<ObjectHash> hashes, IReadOnlyList<ulong> sizes, CancellationToken cancellation)
    {
        var response = await importer.ImportAsync(new() { BaseRemoteUrl = url, Hashes = hashes, ObjectSizes = sizes }, cancellation);
        Count += response.ObjectsAdded;
        Bytes += response.BytesAdded;
        if (response.Error.Length > 0)
            throw new SrpcException(response.Error);
    }
}
