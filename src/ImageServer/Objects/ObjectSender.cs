using System.Buffers;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.ImageServer.Objects;

/// <summary>
/// Serves one call of GetObjects. Objects are packed into large blocks; while one is being sent, the next is read.
/// </summary>
sealed class ObjectSender(ObjectCatalogue catalogue, SrpcServerCall call)
{
    const int BlockSize = 1 << 18;

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
        var other = ArrayPool<byte>.Shared.Rent(BlockSize);
        var sending = Task.CompletedTask;
        using var reader = new Reader(catalogue, hashes, sizes);
        try
        {
            for (int length; (length = reader.Fill(block)) > 0;)
            {
                await sending;
                sending = call.Stream.WriteAsync(block.AsMemory(0, length), call.Aborted).AsTask();
                (block, other) = (other, block);
            }
            await sending;
        }
        finally
        {
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(block);
            ArrayPool<byte>.Shared.Return(other);
        }
    }

    /// <summary>The objects' contents one behind the other.</summary>
    sealed class Reader(ObjectCatalogue catalogue, IReadOnlyList<ObjectHash> hashes, ulong[] sizes) : IDisposable
    {
        int index;
        SafeFileHandle? file;
        ulong position;

        /// <summary>Fills a block as far as there is something; 0 at the end.</summary>
        public int Fill(Span<byte> block)
        {
            var filled = 0;
            while (filled < block.Length && index < hashes.Count)
            {
                file ??= catalogue.OpenHandle(hashes[index]);
                var wanted = (int)Math.Min((ulong)(block.Length - filled), sizes[index] - position);
                var count = RandomAccess.Read(file, block.Slice(filled, wanted), (long)position);
                if (count == 0)
                    throw new IOException($"object: {hashes[index]} has {position} bytes instead of {sizes[index]}");
                filled += count;
                position += (ulong)count;
                if (position == sizes[index])
                    Next();
            }
            return filled;
        }

        public void Dispose() => file?.Dispose();

        void Next()
        {
            file!.Dispose();
            file = null;
            position = 0;
            index++;
        }
    }
}
