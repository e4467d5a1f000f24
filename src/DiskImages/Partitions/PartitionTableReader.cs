using System.Buffers.Binary;
using System.Text;
using ImageSdk.DiskImages.Blocks;

namespace ImageSdk.DiskImages.Partitions;

/// <summary>Reads partition tables: GPT (UEFI specification 2.10, chapter 5), by its second copy where the first is damaged, and MBR with logical partitions.</summary>
static class PartitionTableReader
{
    const int SectorSize = 512, MbrSignature = 0xAA55, MbrDiskSignature = 440, MbrTable = 446, MbrEntry = 16, MbrEntries = 4;
    const int LongestGpt = 1 << 20, SmallestGptEntry = 128, MostLogical = 60;
    const byte Protective = 0xEE;

    static readonly byte[] extendedTypes = [0x05, 0x0F, 0x85];

    /// <returns>In the order of the table; a whole disk as one partition where there is no table.</returns>
    /// <exception cref="DiskImageException">The table is damaged.</exception>
    public static IReadOnlyList<Partition> Read(IBlocks disk)
    {
        if (disk.Length < 2 * SectorSize)
            throw new DiskImageException($"it has {disk.Length} bytes, too few for a disk");
        Span<byte> sector = stackalloc byte[SectorSize];
        disk.Read(0, sector);
        if (BinaryPrimitives.ReadUInt16LittleEndian(sector[510..]) != MbrSignature)
            return [new(0, 0, disk.Length, "", "")];
        var types = new byte[MbrEntries];
        for (var i = 0; i < MbrEntries; i++)
            types[i] = sector[MbrTable + i * MbrEntry + 4];
        if (types.Contains(Protective))
            return ReadGpt(disk, SectorSize) ?? ReadGpt(disk, disk.Length - SectorSize)
                ?? throw new DiskImageException("both copies of its partition table (GPT) are damaged");
        var partitions = ReadMbr(disk, sector);
        // The signature is also at the end of a boot sector of a file system that fills the disk.
        return partitions.Count > 0 ? partitions : [new(0, 0, disk.Length, "", "")];
    }

    static List<Partition>? ReadGpt(IBlocks disk, long place)
    {
        var header = new byte[SectorSize];
        disk.Read(place, header);
        if (!header.AsSpan().StartsWith("EFI PART"u8))
            return null;
        var (start, count, size) = (BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(72)), BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(80)),
            BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(84)));
        if (size < SmallestGptEntry || count == 0 || (long)count * size > LongestGpt || start <= 0 || start > disk.Length / SectorSize)
            return null;
        var table = new byte[count * size];
        if (start * SectorSize > disk.Length - table.Length)
            return null;
        disk.Read(start * SectorSize, table);
        if (Checksum(table) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(88)))
            return null;
        var partitions = new List<Partition>();
        for (var i = 0; i < count; i++)
        {
            var entry = table.AsSpan(i * (int)size, (int)size);
            var type = new Guid(entry[..16]);
            var (first, last) = (BinaryPrimitives.ReadInt64LittleEndian(entry[32..]), BinaryPrimitives.ReadInt64LittleEndian(entry[40..]));
            if (type == Guid.Empty)
                continue;
            if (first <= 0 || last < first || last >= disk.Length / SectorSize)
                throw new DiskImageException($"its partition {i + 1} reaches beyond its end (sectors {first} to {last}): it is cut off");
            var name = Encoding.Unicode.GetString(entry.Slice(56, 72)).TrimEnd('\0');
            partitions.Add(new(i + 1, first * SectorSize, (last - first + 1) * SectorSize, type.ToString(), name) { Uuid = new Guid(entry.Slice(16, 16)).ToString() });
        }
        return partitions;
    }

    static List<Partition> ReadMbr(IBlocks disk, ReadOnlySpan<byte> sector)
    {
        var partitions = new List<Partition>();
        var signature = BinaryPrimitives.ReadUInt32LittleEndian(sector[MbrDiskSignature..]);
        for (var i = 0; i < MbrEntries; i++)
        {
            var (type, start, length) = EntryOf(sector, i);
            if (type == 0 || length == 0 || start + length > disk.Length)
                continue;
            if (extendedTypes.Contains(type))
                ReadLogical(disk, start, signature, partitions);
            else
                partitions.Add(new(i + 1, start, length, $"{type:x2}", "") { Uuid = UuidOf(signature, i + 1) });
        }
        return partitions;
    }

    // A chain of sectors, each with a partition and the place of the next sector.
    static void ReadLogical(IBlocks disk, long extended, uint signature, List<Partition> partitions)
    {
        Span<byte> sector = stackalloc byte[SectorSize];
        var place = extended;
        for (var number = MbrEntries + 1; number <= MbrEntries + MostLogical; number++)
        {
            disk.Read(place, sector);
            if (BinaryPrimitives.ReadUInt16LittleEndian(sector[510..]) != MbrSignature)
                return;
            var (type, start, length) = EntryOf(sector, 0);
            if (type != 0 && length > 0 && place + start + length <= disk.Length)
                partitions.Add(new(number, place + start, length, $"{type:x2}", "") { Uuid = UuidOf(signature, number) });
            var (nextType, next, _) = EntryOf(sector, 1);
            if (!extendedTypes.Contains(nextType) || next == 0)
                return;
            place = extended + next;
        }
    }

    static string UuidOf(uint signature, int number) => $"{signature:x8}-{number:x2}";

    static (byte Type, long Start, long Length) EntryOf(ReadOnlySpan<byte> sector, int number)
    {
        var entry = sector[(MbrTable + number * MbrEntry)..];
        return (entry[4], BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]) * (long)SectorSize, BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]) * (long)SectorSize);
    }

    // CRC-32 of IEEE 802.3, reflected; a table has 16 KiB.
    static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        foreach (var value in bytes)
        {
            checksum ^= value;
            for (var bit = 0; bit < 8; bit++)
                checksum = (checksum & 1) != 0 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1;
        }
        return ~checksum;
    }
}
