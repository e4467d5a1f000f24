using System.IO.Compression;
using System.Security.Cryptography;
using ImageSdk.Posix;

namespace ImageSdk.Archives.Compression;

/// <summary>
/// What is in a gzip file, to its end: the framework's reader takes one that is cut off for whole. Members of a gzip file follow one
/// another (RFC 1952, 2.2), so a member of our own follows what is read. Its content comes last where the file is complete, and
/// is lost in the unfinished member where it is not.
/// </summary>
sealed class GzipContentStream(Stream source) : ForwardStream
{
    static readonly byte[] mark = RandomNumberGenerator.GetBytes(16);
    static readonly byte[] markMember = Compress(mark);

    readonly GZipStream content = new(new SequenceStream(source, new MemoryStream(markMember)), CompressionMode.Decompress);

    // What may be the mark is held back until more follows.
    readonly byte[] held = new byte[mark.Length];
    int heldLength;
    byte[] fresh = [];

    static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return compressed.ToArray();
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        while (true)
        {
            if (fresh.Length < buffer.Length)
                fresh = new byte[buffer.Length];
            var count = content.Read(fresh.AsSpan(0, buffer.Length));
            if (count == 0)
                return held.AsSpan(0, heldLength).SequenceEqual(mark) ? 0 : throw new InvalidDataException("its gz data are damaged or cut off, or something follows them");
            var given = Math.Max(0, heldLength + count - held.Length);
            var fromHeld = Math.Min(given, heldLength);
            held.AsSpan(0, fromHeld).CopyTo(buffer);
            fresh.AsSpan(0, given - fromHeld).CopyTo(buffer[fromHeld..]);
            held.AsSpan(fromHeld, heldLength - fromHeld).CopyTo(held);
            fresh.AsSpan(given - fromHeld, count - given + fromHeld).CopyTo(held.AsSpan(heldLength - fromHeld));
            heldLength += count - given;
            if (given > 0)
                return given;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            content.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>One stream after the other.</summary>
    sealed class SequenceStream(Stream first, Stream second) : ForwardStream
    {
        bool isFirstAtEnd;

        public override int Read(Span<byte> buffer)
        {
            if (!isFirstAtEnd)
            {
                if (first.Read(buffer) is > 0 and var count)
                    return count;
                isFirstAtEnd = buffer.Length > 0;
            }
            return second.Read(buffer);
        }
    }
}
