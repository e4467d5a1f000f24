using System.Buffers.Binary;
using System.Numerics;

namespace ImageSdk.DiskImages.Blocks;

/// <summary>A disk in Microsoft's format vhdx, fixed or dynamic ([MS-VHDX] 8.0). One whose log has changes that are not in it yet, or that differs from a parent, is refused.</summary>
sealed class VhdxBlocks : MappedBlocks
{
    /// <summary>The first bytes.</summary>
    public static ReadOnlySpan<byte> Magic => "vhdxfile"u8;

    const int HeaderLength = 4096, RegionLength = 64 << 10, ChecksumPlace = 4, MostEntries = 2047, EntryLength = 32;
    const long Mega = 1 << 20;
    const ulong StateMask = 7, PlaceMask = ~0xFFFFFul;
    const ulong Present = 6, PartlyPresent = 7;

    static readonly long[] headerPlaces = [64 << 10, 128 << 10], regionPlaces = [192 << 10, 256 << 10];
    static readonly Guid blockTable = new("2DC27766-F623-4200-9D64-115E9BFD4A08"), metadata = new("8B7CA206-4790-4B9A-B8FE-575F050F886E");
    static readonly Guid fileParameters = new("CAA16737-FA36-4D43-B3B6-33F0AA44E76B"), diskSize = new("2FA54224-CD1B-4876-B211-5DBED83BF4B8");
    static readonly Guid logicalSectorSize = new("8141BF1D-A96F-4709-BA47-F233A8FAAB5F");

    readonly byte[] table;
    readonly long chunkRatio;

    /// <param name="file">Is disposed of with it.</param>
    /// <exception cref="DiskImageException">It is damaged, was not closed, or stands on another file.</exception>
    public VhdxBlocks(IBlocks file)
        : base(file)
    {
        var header = headerPlaces.Select(place => TryReadChecked(place, HeaderLength, "head"u8)).OfType<byte[]>().MaxBy(header => Long(header, 8))
            ?? throw new DiskImageException("both of its headers are damaged");
        if (new Guid(header.AsSpan(48, 16)) != Guid.Empty)
            throw new DiskImageException("it was not closed cleanly, and its log has changes that are not in it yet (qemu-img check -r all applies them)");
        var regions = regionPlaces.Select(place => TryReadChecked(place, RegionLength, "regi"u8)).FirstOrDefault(region => region is not null)
            ?? throw new DiskImageException("both of its tables of regions are damaged");
        var (metadataPlace, metadataLength) = FindRegion(regions, metadata);
        var items = ReadTable(metadataPlace, Math.Min(metadataLength, RegionLength));
        var parameters = ReadItem(items, metadataPlace, fileParameters, 8);
        const uint HasParent = 2;
        if ((Word(parameters, 4) & HasParent) != 0)
            throw new DiskImageException("it stands on another file (a parent); an image has to be whole (qemu-img convert -O qcow2 makes it so)");
        var (size, sector, blockSize) = (Long(ReadItem(items, metadataPlace, diskSize, 8), 0), Word(ReadItem(items, metadataPlace, logicalSectorSize, 4), 0), Word(parameters, 0));
        if (sector != SectorSize)
            throw new DiskImageException($"its sectors have {sector} bytes; {SectorSize} are known");
        if (blockSize is < (uint)Mega or > 256 * (uint)Mega || (blockSize & (blockSize - 1)) != 0 || size > 64ul << 40)
            throw new DiskImageException($"its metadata are damaged: blocks of {blockSize} bytes, {size} in all");
        BlockSize = (int)blockSize;
        Length = (long)size;
        // After so many blocks there is an entry of another kind.
        chunkRatio = (1L << 23) * SectorSize / BlockSize;
        var count = (Length + BlockSize - 1) / BlockSize;
        var (place, length) = FindRegion(regions, blockTable);
        var needed = (count + (count - 1) / chunkRatio) * sizeof(ulong);
        if (length < needed)
            throw new DiskImageException("its table of blocks is too short for its size");
        table = ReadTable(place, needed);
    }

    protected override void ReadInBlock(long block, int within, Span<byte> part)
    {
        var entry = Long(table, (int)(block + block / chunkRatio) * sizeof(ulong));
        switch (entry & StateMask)
        {
            case Present:
                ReadPadded((long)(entry & PlaceMask & long.MaxValue) + within, part);
                break;
            case PartlyPresent:
                throw new DiskImageException("a block of it is in another file (a parent)");
            default:
                part.Clear();
                break;
        }
    }

    byte[]? TryReadChecked(long place, int length, ReadOnlySpan<byte> signature)
    {
        if (place > File.Length - length)
            return null;
        var bytes = new byte[length];
        File.Read(place, bytes);
        if (!bytes.AsSpan().StartsWith(signature))
            return null;
        var expected = Word(bytes, ChecksumPlace);
        bytes.AsSpan(ChecksumPlace, sizeof(uint)).Clear();
        return Checksum(bytes) == expected ? bytes : null;
    }

    static (long Place, long Length) FindRegion(byte[] regions, Guid id)
    {
        var count = Word(regions, 8);
        for (var i = 0; i < Math.Min(count, MostEntries); i++)
        {
            var entry = regions.AsSpan(16 + i * EntryLength, EntryLength);
            if (new Guid(entry[..16]) == id && Long(entry, 16) <= long.MaxValue)
                return ((long)Long(entry, 16), Word(entry, 24));
        }
        throw new DiskImageException($"its table of regions lacks {id}");
    }

    byte[] ReadItem(byte[] items, long place, Guid id, int length)
    {
        if (!items.AsSpan().StartsWith("metadata"u8))
            throw new DiskImageException("its metadata are damaged");
        for (var i = 0; i < Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(items.AsSpan(10)), (items.Length - EntryLength) / EntryLength); i++)
        {
            var entry = items.AsSpan(EntryLength + i * EntryLength, EntryLength);
            if (new Guid(entry[..16]) == id && Word(entry, 20) >= length)
                return ReadTable(place + Word(entry, 16), length);
        }
        throw new DiskImageException($"its metadata lack {id}");
    }

    static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        foreach (var value in bytes)
            checksum = BitOperations.Crc32C(checksum, value);
        return ~checksum;
    }

    static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    static ulong Long(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
