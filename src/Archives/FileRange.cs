using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Archives;

/// <summary>Reads a part of a file that others read at the same time.</summary>
public sealed class FileRange(SafeFileHandle file, long start, long length) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override bool CanSeek => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var count = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, length - Position)], start + Position);
        Position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
