using System.Collections.Concurrent;
using ImageSdk.Images;

namespace ImageSdk.Dominator.Trees;

/// <summary>Gets the objects of a tree by HTTP, and keeps those of the last fetch in memory.</summary>
public sealed class TreeDownload(HttpObjects objects) : ITreeParts
{
    const int Concurrency = 32;

    // Of a directory or of the target of a link; a server that sends more is stopped.
    const ulong MaxBytes = 64 << 20;

    readonly ConcurrentDictionary<ObjectHash, byte[]> contents = new();

    public async Task FetchAsync(string url, IReadOnlyList<ObjectHash> hashes, CancellationToken cancellation)
    {
        contents.Clear();
        await Parallel.ForEachAsync(
            hashes, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
            async (hash, stop) => contents[hash] = await objects.ReadAsync(url, hash, MaxBytes, stop));
    }

    public byte[] Read(ObjectHash hash, ulong most) => contents[hash] is var content && (ulong)content.Length <= most
        ? content
        : throw new TreeException($"malformed tree: {hash} has {content.Length} bytes, more than {most}");
}
