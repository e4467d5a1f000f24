using System.Security.Cryptography;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>The content of one object among those that a server sends.</summary>
/// <param name="hash">Of SHA-512; free for the next object when this one is finished. Null where it is not hashed.</param>
/// <param name="isSparse">Whether it comes without its zeros.</param>
sealed class ObjectContentStream(SrpcClientCall call, ulong length, IncrementalHash? hash, bool isSparse = false) : AsyncReadStream
{
    const int BlockSize = 1 << 18;

    readonly SparseContent.Reader? sparse = isSparse ? new(call.ReadBytesAsync, length) : null;
    ulong position;

    public override long Length => checked((long)length);

    public override long Position
    {
        get => (long)position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation = default)
    {
        var wanted = (int)Math.Min((ulong)destination.Length, length - position);
        if (wanted == 0)
            return 0;
        var count = sparse is null ? await call.ReadBytesAsync(destination[..wanted]) : await ReadSparseAsync(sparse, destination[..wanted]);
        if (count == 0)
            throw new SrpcException("unexpected EOF");
        hash?.AppendData(destination.Span[..count]);
        position += (ulong)count;
        return count;
    }

    static async ValueTask<int> ReadSparseAsync(SparseContent.Reader sparse, Memory<byte> destination)
    {
        try
        {
            return await sparse.ReadAsync(destination);
        }
        catch (InvalidDataException problem)
        {
            throw new SrpcException(problem.Message, problem);
        }
    }

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellation) =>
        base.CopyToAsync(destination, (int)Math.Clamp(length - position, 1, BlockSize), cancellation);

    /// <summary>Reads what is left and returns the hash of the whole content; all zero where it is not hashed.</summary>
    /// <exception cref="SrpcException">The connection is lost.</exception>
    public async Task<ObjectHash> FinishAsync()
    {
        await CopyToAsync(Null);
        return hash is null ? default : new ObjectHash(hash.GetHashAndReset());
    }
}
