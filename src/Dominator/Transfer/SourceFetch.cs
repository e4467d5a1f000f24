using System.Buffers;
using System.Security.Cryptography;
using ImageSdk.Images;

namespace ImageSdk.Dominator.Transfer;

/// <summary>Reads objects from where they lie, with several threads.</summary>
public sealed class SourceFetch(IObjectSource source, TransferProgress? progress = null) : IObjectFetcher
{
    const int BlockSize = 2 << 20;
    const int BlockObjects = 256;

    /// <inheritdoc/>
    public Task FetchAsync(IReadOnlyList<WantedObject> objects, IObjectSink sink, CancellationToken cancellation = default)
    {
        var batches = Cut(objects).ToArray();
        return Parallel.ForEachAsync(
            batches, new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount },
            async (batch, stop) =>
            {
                if (batch.End - batch.Start == 1 && objects[batch.Start].Size > BlockSize)
                    await TakeLongAsync(objects[batch.Start], batch.Start, sink, stop);
                else
                    Take(objects, batch.Start, batch.End, sink, stop);
            });
    }

    static IEnumerable<(int Start, int End)> Cut(IReadOnlyList<WantedObject> objects)
    {
        for (var start = 0; start < objects.Count;)
        {
            var end = start;
            for (var bytes = 0ul; end < objects.Count && end - start < BlockObjects && objects[end].Size <= BlockSize - bytes; end++)
                bytes += objects[end].Size;
            end = Math.Max(end, start + 1);
            yield return (start, end);
            start = end;
        }
    }

    void Take(IReadOnlyList<WantedObject> objects, int start, int end, IObjectSink sink, CancellationToken cancellation)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            var contents = new ReadOnlyMemory<byte>[end - start];
            var at = 0;
            for (var index = start; index < end; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                var content = block.AsMemory(at, (int)objects[index].Size);
                using (var stream = source.OpenRead(objects[index].Hash))
                {
                    if (stream.Length != content.Length)
                        throw Damaged(objects[index].Hash);
                    stream.ReadExactly(content.Span);
                }
                contents[index - start] = content;
                at += content.Length;
            }
            var hashes = ObjectHash.OfMany(contents);
            for (var index = start; index < end; index++)
            {
                if (hashes[index - start] != objects[index].Hash)
                    throw Damaged(objects[index].Hash);
                sink.Take(index, contents[index - start].Span);
            }
            progress?.Add(end - start, at);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    async ValueTask TakeLongAsync(WantedObject wanted, int index, IObjectSink sink, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        using var stream = source.OpenRead(wanted.Hash);
        if ((ulong)stream.Length != wanted.Size)
            throw Damaged(wanted.Hash);
        // Whoever writes it may go on writing.
        using var bounded = new BoundedStream(stream, (long)wanted.Size);
        await sink.TakeAsync(index, new HashingStream(bounded, hash), cancellation);
        if (bounded.Position != (long)wanted.Size || new ObjectHash(hash.GetCurrentHash()) != wanted.Hash)
            throw Damaged(wanted.Hash);
        progress?.Add(1, (long)wanted.Size);
    }

    static InvalidDataException Damaged(ObjectHash hash) => new($"the object {hash} is damaged: its content does not have that hash");
}
