using System.Runtime.CompilerServices;

namespace ImageSdk.Dominator.Transfer;

/// <summary>Brings objects in their order, as a stream needs them. In memory are a few megabytes; longer objects go through a temporary file.</summary>
public static class OrderedFetch
{
    const ulong BatchBytes = 32 << 20;
    const int BatchObjects = 2048;

    /// <summary>The contents, each to be read before the next is asked for.</summary>
    /// <param name="objects">May repeat.</param>
    public static async IAsyncEnumerable<Stream> ReadAsync(
        IObjectFetcher fetcher, IReadOnlyList<WantedObject> objects, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (var start = 0; start < objects.Count;)
        {
            var batch = new List<WantedObject>();
            var bytes = 0ul;
            for (var index = start; index < objects.Count && batch.Count < BatchObjects && (batch.Count == 0 || bytes + objects[index].Size <= BatchBytes); index++)
            {
                batch.Add(objects[index]);
                bytes += objects[index].Size;
            }
            WantedObject[] distinct = [.. batch.DistinctBy(wanted => wanted.Hash)];
            using var contents = new Contents(distinct.Length);
            await fetcher.FetchAsync(distinct, contents, cancellation);
            var positions = distinct.Index().ToDictionary(known => known.Item.Hash, known => known.Index);
            foreach (var wanted in batch)
                yield return contents.Open(positions[wanted.Hash]);
            start += batch.Count;
        }
    }

    /// <summary>The contents of a batch.</summary>
    sealed class Contents(int count) : IObjectSink, IDisposable
    {
        readonly Stream?[] streams = new Stream?[count];

        public void Take(int index, ReadOnlySpan<byte> content) => streams[index] = new MemoryStream(content.ToArray(), writable: false);

        public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
        {
            var copy = ScratchFile.Create();
            if (streams[index] is { } half)
                await half.DisposeAsync();
            streams[index] = copy;
            await content.CopyToAsync(copy, cancellation);
        }

        public Stream Open(int index)
        {
            streams[index]!.Position = 0;
            return streams[index]!;
        }

        public void Dispose()
        {
            foreach (var stream in streams)
                stream?.Dispose();
        }
    }
}
