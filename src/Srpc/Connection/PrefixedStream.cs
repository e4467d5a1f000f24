namespace ImageSdk.Srpc;

/// <summary>A duplex stream some bytes of which have already been read.</summary>
sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream inner) : Stream
{
    ReadOnlyMemory<byte> prefix = prefix;

    /// <summary>Where all goes that is written.</summary>
    public Stream Inner => inner;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> destination) => prefix.IsEmpty ? inner.Read(destination) : Take(destination);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation = default) =>
        prefix.IsEmpty ? inner.ReadAsync(destination, cancellation) : new(Take(destination.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellation).AsTask();

    public override void Write(ReadOnlySpan<byte> source) => inner.Write(source);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellation = default) =>
        inner.WriteAsync(source, cancellation);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellation) =>
        inner.WriteAsync(buffer, offset, count, cancellation);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellation) => inner.FlushAsync(cancellation);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    int Take(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, prefix.Length);
        prefix.Span[..count].CopyTo(destination);
        // An empty part of it would keep all of it alive.
        prefix = count == prefix.Length ? default : prefix[count..];
        return count;
    }
}
