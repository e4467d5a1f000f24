using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>A <see cref="SparseContent"/> that comes over a stream, as a stream of what it stands for.</summary>
/// <param name="inner">Stays the caller's.</param>
/// <param name="length">Bytes of the content.</param>
public sealed class SparseContentStream(Stream inner, ulong length, CancellationToken cancellation) : Stream
{
    readonly SparseContent.Reader reader = new(destination => inner.ReadAsync(destination, cancellation), length);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => checked((long)length);

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="GobException">What comes is none.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation = default)
    {
        try
        {
            return await reader.ReadAsync(destination);
        }
        catch (InvalidDataException problem)
        {
            throw new GobException(problem.Message, problem);
        }
    }

    /// <summary>Passes over what is left, without making its zeros.</summary>
    /// <exception cref="GobException">What comes is none.</exception>
    /// <exception cref="EndOfStreamException">It ends too early.</exception>
    public async Task SkipAsync()
    {
        try
        {
            await reader.SkipAsync();
        }
        catch (InvalidDataException problem)
        {
            throw new GobException(problem.Message, problem);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
