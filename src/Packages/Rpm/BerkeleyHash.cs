using System.Buffers.Binary;

namespace ImageSdk.Packages.Rpm;

/// <summary>
/// The form of older systems, a hash of Berkeley DB (its src/dbinc/db_page.h, versions 7 to 10): pages of pairs, of which long values lie in chains of pages. All pages are
/// read, in the place of buckets: which one a pair is in does not matter.
/// </summary>
static class BerkeleyHash
{
    const uint Magic = 0x0006_1561;
    const int MetaLength = 72, PageHeader = 26, LongItem = 12, KeyLength = 4;
    const byte UnsortedHash = 2, Overflow = 7, Hash = 13, KeyOrData = 1, OffPage = 3;

    /// <exception cref="InvalidDataException">It is damaged, or of another kind.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> ReadBlobs(RpmFile file)
    {
        var meta = file.Read(0, MetaLength);
        var isBig = BinaryPrimitives.ReadUInt32BigEndian(meta.AsSpan(12)) == Magic;
        if (!isBig && BinaryPrimitives.ReadUInt32LittleEndian(meta.AsSpan(12)) != Magic)
            throw new InvalidDataException("its database (Packages) is no hash of Berkeley DB");
        var pages = new Pages(file, isBig, (int)Math.Min(Number(meta, 20, isBig), int.MaxValue));
        if (meta[24] != 0 || pages.Size is < 512 or > 1 << 16 || (pages.Size & (pages.Size - 1)) != 0)
            throw Damaged();
        for (var number = 1u; number < file.Length / pages.Size; number++)
        {
            var page = pages.Read(number);
            if (page[25] is not (Hash or UnsortedHash))
                continue;
            int count = pages.Half(page, 20);
            if (PageHeader + count * sizeof(ushort) > page.Length)
                throw Damaged();
            // Pairs of key and value. The key 0 counts the packages.
            for (var i = 0; i + 1 < count; i += 2)
            {
                var key = pages.ItemOf(page, i);
                if (key.Length != 1 + KeyLength || key[0] != KeyOrData || !key[1..].ContainsAnyExcept((byte)0))
                    continue;
                yield return pages.ReadValue(pages.ItemOf(page, i + 1));
            }
        }
    }

    sealed class Pages(RpmFile file, bool isBig, int size)
    {
        long total;

        public int Size => size;

        public byte[] Read(uint number) => file.Read((long)number * size, size);

        public ushort Half(ReadOnlySpan<byte> bytes, int offset) => isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

        // Items lie from the page's end downwards.
        public ReadOnlySpan<byte> ItemOf(ReadOnlySpan<byte> page, int index)
        {
            int start = Half(page, PageHeader + index * sizeof(ushort)), end = index == 0 ? page.Length : Half(page, PageHeader + (index - 1) * sizeof(ushort));
            return start >= PageHeader && start < end && end <= page.Length ? page[start..end] : throw Damaged();
        }

        public ReadOnlyMemory<byte> ReadValue(ReadOnlySpan<byte> item)
        {
            if (item[0] == KeyOrData)
                return item[1..].ToArray();
            if (item[0] != OffPage || item.Length != LongItem)
                throw Damaged();
            var (number, length) = (Number(item, 4, isBig), Number(item, 8, isBig));
            if (length > RpmFile.LongestBlob || (total += length) > file.Length)
                throw Damaged();
            var value = new byte[length];
            for (var done = 0; done < value.Length;)
            {
                var page = Read(number);
                int part = Half(page, 22);
                if (page[25] != Overflow || part == 0 || part > page.Length - PageHeader || part > value.Length - done)
                    throw Damaged();
                page.AsSpan(PageHeader, part).CopyTo(value.AsSpan(done));
                done += part;
                number = Number(page, 16, isBig);
            }
            return value;
        }
    }

    static uint Number(ReadOnlySpan<byte> bytes, int offset, bool isBig) => isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    static InvalidDataException Damaged() => new("its database (Packages) is damaged");
}
