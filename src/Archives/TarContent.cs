using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Archives;

/// <summary>The content of a sparse file in a tar file: what is there of it, and zeros in between.</summary>
sealed class TarContent(SafeFileHandle file, IReadOnlyList<TarPiece> pieces, long length) : ForwardStream
{
    int piece;

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
}
