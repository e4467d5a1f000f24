using ImageSdk.Dominator.Trees;
using ImageSdk.ImageServer.Errors;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Import;

/// <summary>Gets the parts of a tree, and keeps them as objects.</summary>
/// <param name="root">The tree itself: the original reads it without keeping it, and so does not count it.</param>
sealed class TreeFetch(ObjectCatalogue objects, ObjectHash root) : ITreeParts, IDisposable
{
    readonly ObjectImporter importer = new(objects) { Describe = (_, problem) => problem };

    /// <summary>Objects that were not here before.</summary>
    public ulong Count { get; private set; }

    /// <summary>Of those.</summary>
    public ulong Bytes { get; private set; }

    /// <inheritdoc/>
    public Task FetchAsync(string url, IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation) => FetchAsync(url, hashes, [], cancellation);

    /// <param name="sizes">What each object has, in bytes.</param>
    /// <inheritdoc cref="ITreeParts.FetchAsync"/>
    public Task FetchAsync(string url, IReadOnlyDictionary<ObjectHash, ulong> sizes, CancellationToken cancellation) =>
        FetchAsync(url, [.. sizes.Keys], [.. sizes.Values], cancellation);

    /// <inheritdoc/>
    public byte[] Read(ObjectHash hash, ulong most) => Refusals.Plain.Of(() =>
    {
        using var file = objects.OpenRead(hash);
        if ((ulong)file.Length > most)
            throw new TreeException($"malformed tree: {hash} has {file.Length} bytes, more than {most}");
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    });

    public void Dispose() => importer.Dispose();

    async Task FetchAsync(string url, IReadOnlyList<ObjectHash> hashes, IReadOnlyList<ulong> sizes, CancellationToken cancellation)
    {
        var response = await importer.ImportAsync(new() { BaseRemoteUrl = url, Hashes = hashes, ObjectSizes = sizes }, cancellation);
        if (response.Error.Length > 0)
            throw new TreeException(response.Error);
        if (hashes is [var only] && only == root)
            return;
        Count += response.ObjectsAdded;
        Bytes += response.BytesAdded;
    }
}
