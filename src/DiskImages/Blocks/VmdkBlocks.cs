using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageSdk.DiskImages.Blocks;

/// <summary>
/// A disk in VMware's format vmdk as one file: sparse ("monolithicSparse"), and compressed for transfers ("streamOptimized"); Virtual Disk Format 5.0 of VMware. All other
/// kinds name further files, and are refused.
/// </summary>
sealed partial class VmdkBlocks : MappedBlocks
{
    /// <summary>The first bytes of a sparse extent, and those of a descriptor by itself.</summary>
    public static ReadOnlySpan<byte> Magic => "KDMV"u8;

    const int HeaderLength = 79, LongestDescriptor = 1 << 20, MostGrainSectors = 4096, KeptTables = 64, GrainHeader = 12;
    const uint HasZeroGrains = 1 << 2, IsCompressed = 1 << 16, ZeroGrain = 1;
    const ushort Deflate = 1;
    const ulong AtEnd = ulong.MaxValue;

    readonly uint flags, entriesPerTable;
    readonly byte[] directory;
    readonly Dictionary<uint, byte[]> tables = [];
    readonly byte[] grain;
    uint grainPlace;

    /// <param name="file">Is disposed of with it.</param>
    /// <exception cref="DiskImageException">It is none, names other files, or is of a kind that is not supported.</exception>
    public VmdkBlocks(IBlocks file)
        : base(file)
    {
        var header = ReadHeader(0);
        // A stream has the place of its directory in a second header at its end.
        if (Long(header, 56) == AtEnd)
            header = ReadHeader(file.Length - 2 * SectorSize);
        flags = Word(header, 8);
        var (capacity, grainSectors, entries) = (Long(header, 12), Long(header, 20), Word(header, 44));
        if (grainSectors is < 1 or > MostGrainSectors || (grainSectors & (grainSectors - 1)) != 0 || entries is 0 or > 1 << 16 || capacity > long.MaxValue / SectorSize)
            throw new DiskImageException($"its header is damaged: grains of {grainSectors} sectors, {entries} in a table, {capacity} sectors in all");
        var compression = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(77));
        if ((flags & IsCompressed) != 0 && compression != Deflate)
            throw new DiskImageException($"its compression is of type {compression}; 1 (deflate) is known");
        CheckDescriptor(Long(header, 28), Long(header, 36));
        entriesPerTable = entries;
        BlockSize = (int)grainSectors * SectorSize;
        Length = (long)capacity * SectorSize;
        grain = new byte[BlockSize];
        var perTable = (ulong)BlockSize * entries;
        directory = ReadTable(PlaceOf(Long(header, 56)), (long)(((ulong)Length + perTable - 1) / perTable) * sizeof(uint));
    }

    protected override void ReadInBlock(long block, int within, Span<byte> part)
    {
        var (number, index) = Math.DivRem(block, entriesPerTable);
        var table = Word(directory, (int)number * sizeof(uint));
        var place = table == 0 ? 0 : Word(TableAt(table), (int)index * sizeof(uint));
        if (place == 0 || place == ZeroGrain && (flags & HasZeroGrains) != 0)
            part.Clear();
        else if ((flags & IsCompressed) == 0)
            ReadPadded((long)place * SectorSize + within, part);
        else
            Expand(place).AsSpan(within, part.Length).CopyTo(part);
    }

    byte[] TableAt(uint sector)
    {
        if (tables.TryGetValue(sector, out var table))
            return table;
        // Reading goes forward for the most part.
        if (tables.Count == KeptTables)
            tables.Clear();
        return tables[sector] = ReadTable((long)sector * SectorSize, (long)entriesPerTable * sizeof(uint));
    }

    byte[] Expand(uint place)
    {
        if (place == grainPlace)
            return grain;
        grainPlace = 0;
        var header = new byte[GrainHeader];
        if ((long)place * SectorSize > File.Length - GrainHeader)
            throw new DiskImageException("a compressed grain lies behind its end: it is cut off");
        File.Read((long)place * SectorSize, header);
        var length = Word(header, 8);
        if (length > 2 * BlockSize + SectorSize)
            throw new DiskImageException("a compressed grain is damaged");
        if ((long)place * SectorSize + GrainHeader + length > File.Length)
            throw new DiskImageException("a compressed grain lies behind its end: it is cut off");
        var compressed = new byte[length];
        File.Read((long)place * SectorSize + GrainHeader, compressed);
        try
        {
            using var content = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
            var count = content.ReadAtLeast(grain, grain.Length, throwOnEndOfStream: false);
            grain.AsSpan(count).Clear();
        }
        catch (InvalidDataException exception)
        {
            throw new DiskImageException("a compressed grain is damaged", exception);
        }
        grainPlace = place;
        return grain;
    }

    byte[] ReadHeader(long place)
    {
        var header = new byte[HeaderLength];
        if (place >= 0)
            File.Read(place, header);
        if (!header.AsSpan().StartsWith(Magic))
            throw new DiskImageException("it has no header of vmdk at its end: it is cut off");
        var version = Word(header, 4);
        return version is >= 1 and <= 3 ? header : throw new DiskImageException($"its version of vmdk is {version}; 1 to 3 are known");
    }

    /// <summary>The text that says which files make up the disk: it has to be this one alone.</summary>
    void CheckDescriptor(ulong sector, ulong sectors)
    {
        if (sector == 0 || sectors == 0)
            throw new DiskImageException("it has no descriptor: it is a part of a disk in several files");
        if (sectors > LongestDescriptor / SectorSize)
            throw new DiskImageException($"its descriptor has {sectors} sectors");
        var text = Encoding.Latin1.GetString(ReadTable(PlaceOf(sector), (long)sectors * SectorSize)).TrimEnd('\0');
        if (Parent().IsMatch(text))
            throw new DiskImageException("it stands on another file (a parent); an image has to be whole (qemu-img convert -O qcow2 makes it so)");
        var extents = Extent().Matches(text);
        if (extents is not [{ Groups: var extent }] || extent["kind"].Value != "SPARSE")
            throw new DiskImageException("its data are in other files; an image has to be one file (qemu-img convert -O qcow2 makes it so)");
    }

    static long PlaceOf(ulong sector) => sector <= long.MaxValue / SectorSize ? (long)sector * SectorSize : throw new DiskImageException($"its header is damaged: there is no sector {sector}");

    static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    static ulong Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);

    [GeneratedRegex(@"^\s*(parentFileNameHint\s*=|parentCID\s*=\s*(?!f{8}\s*$))", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Parent();

    [GeneratedRegex(@"^\s*(RW|RDONLY|NOACCESS)\s+\d+\s+(?<kind>\w+)", RegexOptions.Multiline)]
    private static partial Regex Extent();
}
