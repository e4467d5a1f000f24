using System.Buffers;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Srpc;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Serves one call of GetObjects. Small objects are packed into large blocks; the others are sent as files.</summary>
sealed class ObjectSender(ObjectCatalogue catalogue, SrpcServerCall call)
{
    const int BlockSize = 1 << 18;

    // Up to this an object is read into a block: a call of its own would cost more than the copy.
    const int SmallSize = 1 << 15;

    ObjectComparison? comparison;

    /// <exception cref="IOException">The connection is lost, or an object's file is gone, has another size or has just changed.</exception>
    public async Task RunAsync(GetObjectsRequest request)
    {
        var hashes = request.Hashes;
        using var pins = new ObjectPins(catalogue);
        var sizes = catalogue.Pin(hashes, pins);
        var problem = DescribeMissing(hashes, sizes);
        if (request.Compare && problem.Length == 0)
        {
            comparison = new ObjectComparison(catalogue, hashes, call.Aborted);
            problem = comparison.Run();
        }
        await call.WriteAsync(
            request.Compare || request.Sparse ? GetObjectsResponse.GobWithExtensions : GetObjectsResponse.Gob,
            new() { ResponseString = problem, ObjectSizes = sizes, Compared = comparison is not null, Sparse = request.Sparse });
        await call.FlushAsync();
        if (problem.Length == 0)
            await SendAsync(hashes, sizes, request.Sparse);
    }

    static string DescribeMissing(IReadOnlyList<ObjectHash> hashes, ulong[] sizes) => sizes.Count(size => size == 0) switch
    {
        0 => "",
        1 => $"unknown object: {hashes[Array.IndexOf(sizes, 0UL)]}",
        var count => $"first of {count} unknown objects: {hashes[Array.IndexOf(sizes, 0UL)]}",
    };

    async Task SendAsync(IReadOnlyList<ObjectHash> hashes, ulong[] sizes, bool isSparse)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            for (var index = 0; index < hashes.Count;)
            {
                if (sizes[index] > SmallSize)
                {
                    await SendFileAsync(index, hashes[index], sizes[index], isSparse && sizes[index] > SparseContent.MaxPlain);
                    index++;
                    continue;
                }
                var length = 0;
                while (index < hashes.Count && sizes[index] <= SmallSize && length + (int)sizes[index] <= BlockSize)
                {
                    Read(index, hashes[index], block.AsSpan(length, (int)sizes[index]));
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

    async Task SendFileAsync(int position, ObjectHash hash, ulong size, bool isSparse)
    {
        using var file = Open(position, hash);
        try
        {
            if (isSparse)
                await SendSparseAsync(file, (long)size);
            else
                await call.WriteFileAsync(file, 0, (long)size);
        }
        catch (EndOfStreamException)
        {
            throw Cut(hash, file, size);
        }
    }

    async Task SendSparseAsync(SafeFileHandle file, long size)
    {
        foreach (var run in FileRuns.Of(file, size))
        {
            await call.Stream.WriteAsync(SparseContent.Header(run), call.Aborted);
            await call.WriteFileAsync(file, run.Start, run.Data);
        }
    }

    void Read(int position, ObjectHash hash, Span<byte> content)
    {
        using var file = Open(position, hash);
        for (var length = 0; length < content.Length;)
        {
            var count = RandomAccess.Read(file, content[length..], length);
            if (count == 0)
                throw Cut(hash, file, (ulong)content.Length);
            length += count;
        }
    }

    SafeFileHandle Open(int position, ObjectHash hash)
    {
        var file = catalogue.OpenHandle(hash);
        try
        {
            comparison?.Confirm(position, file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Put aside, so that the next request fails at once, and the object can be added again.
    IOException Cut(ObjectHash hash, SafeFileHandle file, ulong size)
    {
        var length = RandomAccess.GetLength(file);
        catalogue.Condemn(hash, file);
        return new($"object: {hash} has {length} bytes instead of {size}");
    }
}
