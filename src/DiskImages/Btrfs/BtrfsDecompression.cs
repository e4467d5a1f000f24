using System.Buffers.Binary;
using System.IO.Compression;
using ImageSdk.Archives.Compression;

namespace ImageSdk.DiskImages.Btrfs;

enum BtrfsCompression : byte
{
    None,
    Zlib,
    Lzo,
    Zstandard,
}

/// <summary>Expands extents. Behind a compressed one, its last sector has zeros; so has an extent that is longer than what was compressed.</summary>
static class BtrfsDecompression
{
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Expand(BtrfsCompression compression, ReadOnlySpan<byte> source, Span<byte> target, int sectorSize)
    {
        switch (compression)
        {
            case BtrfsCompression.Zlib:
                using (var bytes = new MemoryStream(source.ToArray()))
                using (var content = new ZLibStream(bytes, CompressionMode.Decompress))
                    content.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
                return;
            case BtrfsCompression.Lzo:
                ExpandLzo(source, target, sectorSize);
                return;
            case BtrfsCompression.Zstandard:
                ZstandardFrame.Expand(source, target);
                return;
            default:
                throw new InvalidDataException($"it is compressed in a way that is not known ({(int)compression})");
        }
    }

    // The length of all, then that of each sector's part before it; such a length is never across the end of a sector.
    static void ExpandLzo(ReadOnlySpan<byte> source, Span<byte> target, int sectorSize)
    {
        var end = ReadLength(source, 0);
        if (end > source.Length)
            throw new InvalidDataException("its parts are longer than it is");
        for (int place = sizeof(uint), done = 0; place + sizeof(uint) <= end && done < target.Length; done += sectorSize)
        {
            var length = ReadLength(source, place);
            place += sizeof(uint);
            if (length > end - place)
                throw new InvalidDataException("a part is longer than all");
            LzoBlock.Expand(source.Slice(place, length), target.Slice(done, Math.Min(sectorSize, target.Length - done)));
            place += length;
            if (sectorSize - place % sectorSize < sizeof(uint))
                place += sectorSize - place % sectorSize;
        }
    }

    static int ReadLength(ReadOnlySpan<byte> source, int place) => source.Length - place >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(source[place..]) is var length and <= int.MaxValue / 2
        ? (int)length
        : throw new InvalidDataException("a length is none");
}
