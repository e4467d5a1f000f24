using System.Buffers;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Serves one call of GetObjects. Small objects are packed into large blocks; the others are sent as files.</summary>
sealed class ObjectSender(ObjectCatalogue catalogue, SrpcServerCall call)
{
    const int BlockSize = 1 << 18;

    // Up to this an object is read into a block: a call of its own would cost more than the copy.
    const int SmallSize = 1 << 15;

    /// <exception cref="IOException">The connection is lost, or an object's file is gone or has another size.</exception>
    public async Task RunAsync(IReadOnlyList<ObjectHash> hashes)
    {
        using var pins = new ObjectPins(catalogue);
        var sizes = catalogue.Pin(hashes, pins);
        var problem = DescribeMissing(hashes, sizes);
        await call.WriteAsync(GetObjectsResponse.Gob, new() { ResponseString = problem, ObjectSizes = sizes });
        await call.FlushAsync();
        if (problem.Length == 0)
            await SendAsync(hashes, sizes);
    }

    static string DescribeMissing(IReadOnlyList<ObjectHash> hashes, ulong[] sizes) => sizes.Count(size => size == 0) switch
    {
        0 => "",
        1 => $"unknown object: {hashes[Array.IndexOf(sizes, 0UL)]}",
        var count => $"first of {count} unknown objects: {hashes[Array.IndexOf(sizes, 0UL)]}",
    };

    async Task SendAsync(IReadOnlyList<ObjectHash> hashes, ulong[] sizes)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            for (var index = 0; index < hashes.Count;)
            {
                if (sizes[index] > SmallSize)
                {
                    await SendFileAsync(hashes[index], sizes[index]);
                    index++;
                    continue;
                }
                var length = 0;
                while (index < hashes.Count && sizes[index] <= SmallSize && length + (int)sizes[index] <= BlockSize)
                {
                    Read(hashes[index], block.AsSpan(length, (int)sizes[index]));
                    length += (int)sizes[index++];
                }
                await call.Stream.WriteAsync(block.AsMemory(0, length), call.Aborted);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    async Task SendFileAsync(ObjectHash hash, ulong size)
    {
        using var file = catalogue.OpenHandle(hash);
        try
        {
            await call.WriteFileAsync(file, (long)size);
        }
        catch (EndOfStreamException)
        {
            throw Cut(hash, (ulong)RandomAccess.GetLength(file), size);
        }
    }

    void Read(ObjectHash hash, Span<byte> content)
    {
        using var file = catalogue.OpenHandle(hash);
        for (var position = 0; position < content.Length;)
        {
            var count = RandomAccess.Read(file, content[position..], position);
            if (count == 0)
                throw Cut(hash, (ulong)position, (ulong)content.Length);
            position += count;
        }
    }

    static IOException Cut(ObjectHash hash, ulong length, ulong size) => new($"object: {hash} has {length} bytes instead of {size}");
}
