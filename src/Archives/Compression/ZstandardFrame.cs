using System.Buffers.Binary;
using ZstdSharp;

namespace ImageSdk.Archives.Compression;

/// <summary>Expands a single frame of zstd (RFC 8878, section 3.1), behind which there may be something else.</summary>
static class ZstandardFrame
{
    const uint Magic = 0xFD2F_B528;

    /// <returns>Bytes written.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or has more than <paramref name="target"/> takes.</exception>
    public static int Expand(ReadOnlySpan<byte> source, Span<byte> target)
    {
        try
        {
            using var decompressor = new Decompressor();
            return decompressor.Unwrap(source[..LengthOf(source)], target);
        }
        catch (ZstdException exception)
        {
            throw new InvalidDataException("a frame of zstd is damaged", exception);
        }
    }

    // A header, blocks until the last one, and perhaps a checksum: the library would take what follows for another frame.
    static int LengthOf(ReadOnlySpan<byte> source)
    {
        const int RunOfOneByte = 1, Reserved = 3, BlockHeader = 3, ChecksumLength = 4;
        if (source.Length < 5 || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic)
            throw Damaged();
        var (descriptor, place) = (source[4], 5);
        var isSingle = (descriptor & 0x20) != 0;
        place += (isSingle ? 0 : 1) + (descriptor & 3) switch { 0 => 0, 1 => 1, 2 => 2, _ => 4 } + (descriptor >> 6) switch { 0 => isSingle ? 1 : 0, 1 => 2, 2 => 4, _ => 8 };
        for (var isLast = false; !isLast;)
        {
            if (source.Length - place < BlockHeader)
                throw Damaged();
            var header = source[place] | source[place + 1] << 8 | source[place + 2] << 16;
            var (type, size) = (header >> 1 & 3, header >> 3);
            isLast = (header & 1) != 0;
            place += BlockHeader + (type == RunOfOneByte ? 1 : size);
            if (type == Reserved || place > source.Length)
                throw Damaged();
        }
        place += (descriptor & 4) != 0 ? ChecksumLength : 0;
        return place <= source.Length ? place : throw Damaged();
    }

    static InvalidDataException Damaged() => new("a frame of zstd is damaged or cut off");
}
