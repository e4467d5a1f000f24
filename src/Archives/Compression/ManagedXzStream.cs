using System.Buffers.Binary;
using ImageSdk.Posix;
using SharpCompress.Compressors.LZMA;
using SharpCompress.Compressors.Xz;

namespace ImageSdk.Archives.Compression;

/// <summary>
/// Reads .xz and .lzma where the machine has no <c>xz</c>. SharpCompress ends after the first stream of several, and its filters are not
/// all there: streams are counted here, and what has a filter is refused.
/// </summary>
/// <remarks>The XZ file format 1.2.1, https://xz.tukaani.org/format/xz-file-format.txt.</remarks>
sealed class ManagedXzStream : ForwardStream
{
    const int StreamHeaderLength = 12;

    // LZMA2 alone: the lower two bits of a block's flags are the number of its filters less one.
    const byte FilterCountMask = 0x03;

    readonly Stream source;
    XZStream? current;

    ManagedXzStream(Stream source) => this.source = source;

    static ReadOnlySpan<byte> Magic => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    /// <exception cref="InvalidDataException">It is neither .xz nor .lzma, or has a filter.</exception>
    public static Stream Open(Stream source)
    {
        var start = new byte[StreamHeaderLength + 2];
        var length = source.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var whole = new PrefixedStream(start.AsMemory(0, length), source);
        if (start.AsSpan().StartsWith(Magic))
        {
            RefuseFilters(start);
            return new ManagedXzStream(whole);
        }
        // Five bytes of properties and the length of the content, -1 where it has an end mark.
        var properties = new byte[5];
        whole.ReadExactly(properties);
        Span<byte> size = stackalloc byte[sizeof(long)];
        whole.ReadExactly(size);
        return LzmaStream.Create(properties, whole, -1, BinaryPrimitives.ReadInt64LittleEndian(size), leaveOpen: true);
    }

    static void RefuseFilters(ReadOnlySpan<byte> start)
    {
        // The length of the block's header is 0 where there is no block: the index begins.
        if (start[StreamHeaderLength] != 0 && (start[StreamHeaderLength + 1] & FilterCountMask) != 0)
            throw new InvalidDataException("it has a filter that only the program xz can read: apt-get install xz-utils");
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            current ??= new XZStream(source);
            var count = current.Read(buffer);
            if (count > 0 || buffer.Length == 0)
                return count;
            if (!MoveToNextStream())
                return 0;
        }
    }

    // Streams follow one another, with zeros between them in fours.
    bool MoveToNextStream()
    {
        Span<byte> word = stackalloc byte[4];
        while (true)
        {
            var length = source.ReadAtLeast(word, word.Length, throwOnEndOfStream: false);
            if (length == 0)
                return false;
            if (length < word.Length)
                throw new InvalidDataException("something follows its xz data");
            if (word.IndexOfAnyExcept((byte)0) < 0)
                continue;
            var start = new byte[StreamHeaderLength + 2];
            word.CopyTo(start);
            length += source.ReadAtLeast(start.AsSpan(length), start.Length - length, throwOnEndOfStream: false);
            if (!start.AsSpan().StartsWith(Magic))
                throw new InvalidDataException("something follows its xz data");
            RefuseFilters(start);
            current = new XZStream(new PrefixedStream(start.AsMemory(0, length), source));
            return true;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            current?.Dispose();
        base.Dispose(disposing);
    }
}
