using System.Security.Cryptography;
using ImageSdk.Images;
using ImageSdk.Srpc;

namespace ImageSdk.Dominator;

/// <summary>The content of one object among those that a server sends.</summary>
/// <param name="hash">Of SHA-512; free for the next object when this one is finished. Null where it is not hashed.</param>
/// <param name="isSparse">Whether it comes without its zeros.</param>
sealed class ObjectContentStream(SrpcClientCall call, ulong length, IncrementalHash? hash, bool isSparse = false) : Stream
{
    const int BlockSize = 1 << 18;

    readonly SparseContent.Reader? sparse = isSparse ? new(call.ReadBytesAsync, length) : null;
    ulong position;

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override bool CanSeek => false;

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellation) =>
        base.CopyToAsync(destination, (int)Math.Clamp(length - position, 1, BlockSize), cancellation);

    /// <summary>Reads what is left and returns the hash of the whole content; all zero where it is not hashed.</summary>
    /// <exception cref="SrpcException">The connection is lost.</exception>
    public async Task<ObjectHash> FinishAsync()
    {
        await CopyToAsync(Null);
        return hash is null ? default : new ObjectHash(hash.GetHashAndReset());
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
