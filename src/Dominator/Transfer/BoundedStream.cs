namespace ImageSdk.Dominator.Transfer;

/// <summary>The first bytes of a stream, however many more come.</summary>
/// <param name="inner">Stays the caller's.</param>
/// <param name="length">Bytes.</param>
sealed class BoundedStream(Stream inner, long length) : Stream
{
    long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

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

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    int Wanted(int space) => (int)Math.Min(space, length - position);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
