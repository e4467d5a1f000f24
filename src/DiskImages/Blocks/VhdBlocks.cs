using System.Buffers.Binary;

namespace ImageSdk.DiskImages.Blocks;

/// <summary>A disk in Microsoft's format vhd, fixed or dynamic (Virtual Hard Disk Image Format Specification 1.0). One that differs from a parent is refused.</summary>
sealed class VhdBlocks : MappedBlocks
{
    /// <summary>Begins the footer, and the copy of it that begins a dynamic disk.</summary>
    public static ReadOnlySpan<byte> Magic => "conectix"u8;

    const uint Fixed = 2, Dynamic = 3, Differencing = 4, Unallocated = uint.MaxValue;
    const int HeaderLength = 1024, ChecksumPlace = 64, HeaderChecksumPlace = 36, LargestBlock = 256 << 20;

    readonly byte[]? table;
    readonly int bitmapLength;

    /// <param name="file">Is disposed of with it.</param>
    /// <exception cref="DiskImageException">It is damaged, or stands on another file.</exception>
    public VhdBlocks(IBlocks file)
        : base(file)
    {
        var footer = ReadFooter(file);
        var (kind, size) = (Word(footer, 60), Long(footer, 48));
        if (kind == Differencing)
            throw new DiskImageException("it stands on another file (a parent); an image has to be whole (qemu-img convert -O qcow2 makes it so)");
        if (kind is not (Fixed or Dynamic) || size > long.MaxValue)
            throw new DiskImageException($"its kind of vhd is {kind}; 2 (fixed) and 3 (dynamic) are known");
        if (kind == Fixed)
        {
            BlockSize = SectorSize;
            Length = Math.Min((long)size, file.Length - SectorSize);
            return;
        }
        var header = ReadTable((long)Math.Min(Long(footer, 16), long.MaxValue), HeaderLength);
        if (!header.AsSpan().StartsWith("cxsparse"u8) || !HasChecksum(header, HeaderChecksumPlace))
            throw new DiskImageException("its second header is damaged");
        var (entries, blockSize) = (Word(header, 28), Word(header, 32));
        if (blockSize is < SectorSize or > LargestBlock || (blockSize & (blockSize - 1)) != 0 || (ulong)entries * blockSize < size)
            throw new DiskImageException($"its second header is damaged: {entries} blocks of {blockSize} bytes for {size} bytes");
        BlockSize = (int)blockSize;
        Length = (long)size;
        bitmapLength = Math.Max(SectorSize, BlockSize / SectorSize / 8);
        table = ReadTable((long)Math.Min(Long(header, 16), long.MaxValue), (long)entries * sizeof(uint));
    }

    /// <summary>Whether a file without a known beginning ends as a fixed disk does.</summary>
    public static bool IsFixed(IBlocks file)
    {
        if (file.Length < 2 * SectorSize)
            return false;
        Span<byte> footer = stackalloc byte[SectorSize];
        file.Read(file.Length - SectorSize, footer);
        return footer.StartsWith(Magic) && HasChecksum(footer, ChecksumPlace);
    }

    protected override void ReadInBlock(long block, int within, Span<byte> part)
    {
        if (table is null)
        {
            File.Read(block * BlockSize + within, part);
            return;
        }
        var sector = Word(table, (int)block * sizeof(uint));
        if (sector == Unallocated)
            part.Clear();
        else
            ReadPadded((long)sector * SectorSize + bitmapLength + within, part);
    }

    static byte[] ReadFooter(IBlocks file)
    {
        var footer = new byte[SectorSize];
        foreach (var place in new[] { file.Length - SectorSize, 0 })
        {
            if (place < 0)
                continue;
            file.Read(place, footer);
            if (footer.AsSpan().StartsWith(Magic) && HasChecksum(footer, ChecksumPlace))
                return footer;
        }
        throw new DiskImageException("both copies of its footer are damaged");
    }

    // One's complement of the sum of all bytes but those of the checksum.
    static bool HasChecksum(ReadOnlySpan<byte> bytes, int place)
    {
        var sum = 0u;
        for (var i = 0; i < bytes.Length; i++)
            if (i < place || i >= place + sizeof(uint))
                sum += bytes[i];
        return ~sum == Word(bytes, place);
    }

    static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);

    static ulong Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..]);
}
