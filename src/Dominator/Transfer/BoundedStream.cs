using ImageSdk.Posix;

namespace ImageSdk.Dominator.Transfer;

/// <summary>The first bytes of a stream, however many more come.</summary>
/// <param name="inner">Stays the caller's.</param>
/// <param name="length">Bytes.</param>
sealed class BoundedStream(Stream inner, long length) : ForwardStream
{
    long position;

    public override long Length => length;

    public override long Position
    {
        get => position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer[..Wanted(buffer.Length)]);
        position += count;
        return count;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default)
    {
        var count = await inner.ReadAsync(buffer[..Wanted(buffer.Length)], cancellation);
        position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    int Wanted(int space) => (int)Math.Min(space, length - position);
}
