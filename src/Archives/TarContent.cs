using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Archives;

/// <summary>The content of a sparse file in a tar file: what is there of it, and zeros in between.</summary>
sealed class TarContent(SafeFileHandle file, IReadOnlyList<TarPiece> pieces, long length) : Stream
{
    int piece;

    public override bool CanRead => true;

    public override bool CanWrite => false;

    public override bool CanSeek => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        while (piece < pieces.Count && pieces[piece].Place + pieces[piece].Length <= Position)
            piece++;
        var next = piece < pieces.Count ? pieces[piece] : new(length, 0, 0);
        if (Position < next.Place)
        {
            var zeros = (int)Math.Min(buffer.Length, next.Place - Position);
            buffer[..zeros].Clear();
            Position += zeros;
            return zeros;
        }
        var offset = Position - next.Place;
        var count = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, next.Length - offset)], next.Start + offset);
        if (count == 0 && next.Length > offset && buffer.Length > 0)
            throw new EndOfStreamException("the tar file is cut");
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
