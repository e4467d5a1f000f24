using System.Buffers.Binary;
using System.IO.Compression;
using ImageSdk.Archives.Compression;

namespace ImageSdk.DiskImages.Blocks;

/// <summary>
/// A disk in QEMU's format qcow2, versions 2 and 3 (docs/interop/qcow2.rst of QEMU 8). An image that names other files, a backing file or
/// one of external data, is refused: it would read any file of the machine.
/// </summary>
sealed class Qcow2Blocks : IBlocks
{
    /// <summary>The first bytes.</summary>
    public static ReadOnlySpan<byte> Magic => [(byte)'Q', (byte)'F', (byte)'I', 0xFB];

    const int HeaderLength = 104, LongestTable = 32 << 20, KeptTables = 64;
    const ulong OffsetMask = 0x00FF_FFFF_FFFF_FE00, CompressedFlag = 1ul << 62, ZeroFlag = 1;
    const ulong Corrupt = 2, ExternalData = 4, CompressionType = 8, KnownFeatures = 1 | Corrupt | ExternalData | CompressionType;
    const int SectorSize = 512;

    readonly IBlocks file;
    readonly int clusterBits;
    readonly bool isZstandard;
    readonly ulong[] first;
    readonly Dictionary<ulong, ulong[]> tables = [];
    readonly byte[] cluster;
    ulong clusterEntry;

    /// <param name="file">Is disposed of with it.</param>
    /// <exception cref="DiskImageException">It is none, or one that is not supported.</exception>
    public Qcow2Blocks(IBlocks file)
    {
        this.file = file;
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        file.Read(0, header[..(int)Math.Min(HeaderLength, file.Length)]);
        var version = Word(header, 4);
        if (!header.StartsWith(Magic) || version is not (2 or 3))
            throw new DiskImageException($"its version of qcow2 is {version}; 2 and 3 are known");
        if (Long(header, 8) != 0)
            throw new DiskImageException("it has a backing file; an image has to be whole (qemu-img convert -O qcow2 makes it so)");
        if (Word(header, 32) != 0)
            throw new DiskImageException("it is encrypted");
        var features = version == 3 ? Long(header, 72) : 0;
        if ((features & ExternalData) != 0)
            throw new DiskImageException("its data are in another file; an image has to be whole (qemu-img convert -O qcow2 makes it so)");
        if ((features & Corrupt) != 0)
            throw new DiskImageException("it is marked as corrupt (qemu-img check -r all)");
        if ((features & ~KnownFeatures) != 0)
            throw new DiskImageException($"it has features of qcow2 that are not known here ({features & ~KnownFeatures:x})");
        isZstandard = (features & CompressionType) != 0 && ReadCompressionType() == 1;
        clusterBits = (int)Word(header, 20);
        if (clusterBits is < 9 or > 21)
            throw new DiskImageException($"its clusters have 2^{clusterBits} bytes; 2^9 to 2^21 are allowed");
        Length = Long(header, 24) is <= long.MaxValue and var length ? (long)length : throw new DiskImageException("its size is no number");
        first = ReadTable(Long(header, 40), Word(header, 36));
        if ((ulong)first.Length << (2 * clusterBits - 3) < (ulong)Length)
            throw new DiskImageException("its first table is too short for its size");
        cluster = new byte[1 << clusterBits];
    }

    /// <inheritdoc/>
    public long Length { get; }

    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
            throw new DiskImageException($"its disk ends at byte {Length}, and {destination.Length} bytes at {offset} are needed");
        while (!destination.IsEmpty)
        {
            var within = (int)(offset & (cluster.Length - 1));
            var part = destination[..Math.Min(destination.Length, cluster.Length - within)];
            ReadInCluster(EntryOf(offset), within, part);
            destination = destination[part.Length..];
            offset += part.Length;
        }
    }

    public void Dispose() => file.Dispose();

    ulong EntryOf(long offset)
    {
        var entries = 1L << (clusterBits - 3);
        var number = offset >> clusterBits;
        var table = first[number / entries] & OffsetMask;
        if (table == 0)
            return 0;
        if (!tables.TryGetValue(table, out var second))
        {
            // Reading goes forward for the most part.
            if (tables.Count == KeptTables)
                tables.Clear();
            tables[table] = second = ReadTable(table, (uint)entries);
        }
        return second[number % entries];
    }

    void ReadInCluster(ulong entry, int within, Span<byte> part)
    {
        if ((entry & CompressedFlag) != 0)
        {
            if (entry != clusterEntry)
                Expand(entry);
            cluster.AsSpan(within, part.Length).CopyTo(part);
        }
        else if ((entry & OffsetMask) == 0 || (entry & ZeroFlag) != 0)
        {
            part.Clear();
        }
        else
        {
            ReadPadded((long)(entry & OffsetMask) + within, part);
        }
    }

    void Expand(ulong entry)
    {
        clusterEntry = 0;
        var sizeShift = 62 - (clusterBits - 8);
        var start = (long)(entry & ((1ul << sizeShift) - 1));
        var sectors = (int)(entry >> sizeShift & ((1ul << (clusterBits - 8)) - 1)) + 1;
        var compressed = new byte[sectors * SectorSize - (int)(start & (SectorSize - 1))];
        ReadPadded(start, compressed);
        using var source = new MemoryStream(compressed);
        using var content = isZstandard ? Decompression.Open(source, ".zst") : new DeflateStream(source, CompressionMode.Decompress);
        try
        {
            content.ReadExactly(cluster);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new DiskImageException("a compressed cluster is damaged", exception);
        }
        clusterEntry = entry;
    }

    // The last cluster of a file may be cut: what is missing is zeros.
    void ReadPadded(long offset, Span<byte> destination)
    {
        var count = (int)Math.Clamp(file.Length - offset, 0, destination.Length);
        if (count == 0 && !destination.IsEmpty)
            throw new DiskImageException("a cluster lies behind its end: it is cut off");
        file.Read(offset, destination[..count]);
        destination[count..].Clear();
    }

    ulong[] ReadTable(ulong offset, uint count)
    {
        if (count > LongestTable / sizeof(ulong) || offset > long.MaxValue)
            throw new DiskImageException($"a table of it has {count} entries");
        var bytes = new byte[count * sizeof(ulong)];
        file.Read((long)offset, bytes);
        var table = new ulong[count];
        for (var i = 0; i < table.Length; i++)
            table[i] = Long(bytes, i * sizeof(ulong));
        return table;
    }

    int ReadCompressionType()
    {
        Span<byte> type = stackalloc byte[1];
        file.Read(HeaderLength, type);
        return type[0] is 0 or 1 ? type[0] : throw new DiskImageException($"its compression is of type {type[0]}; 0 (zlib) and 1 (zstd) are known");
    }

    static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);

    static ulong Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..]);
}
