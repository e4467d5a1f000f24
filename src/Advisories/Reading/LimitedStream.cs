namespace ImageSdk.Advisories.Reading;

/// <summary>What is unpacked, up to a limit: a small archive may unpack to anything.</summary>
sealed class LimitedStream : Stream
{
    readonly Stream stream;

    public LimitedStream(Stream stream, long limit)
    {
        this.stream = stream;
        Left = limit;
    }

    /// <summary>Bytes that may still come.</summary>
    public long Left { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var read = stream.Read(buffer);
        return (Left -= read) >= 0 ? read : throw new InvalidDataException("it unpacks to more than is allowed (64 GiB)");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            stream.Dispose();
        base.Dispose(disposing);
    }
}
