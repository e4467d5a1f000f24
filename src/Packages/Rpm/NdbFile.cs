using System.Buffers.Binary;

namespace ImageSdk.Packages.Rpm;

/// <summary>The form that SUSE uses (rpm's lib/backend/ndb/rpmpkg.c): pages of slots, each with the place of a header, in blocks of 16 bytes.</summary>
static class NdbFile
{
    const uint Magic = 0x506D_7052, SlotMagic = 0x746F_6C53, BlobMagic = 0x5362_6C42;
    const int HeaderLength = 32, PageSize = 4096, SlotLength = 16, BlockSize = 16, MostPages = 1 << 14;

    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static IEnumerable<ReadOnlyMemory<byte>> ReadBlobs(RpmFile file)
    {
        var header = file.Read(0, HeaderLength);
        var pages = Little32(header, 12);
        if (Little32(header, 0) != Magic || Little32(header, 4) != 0 || pages is 0 or > MostPages)
            throw Damaged();
        var slots = file.Read(0, (int)pages * PageSize);
        var total = 0L;
        for (var place = HeaderLength; place < slots.Length; place += SlotLength)
        {
            if (Little32(slots, place) != SlotMagic)
                throw Damaged();
            var (index, block) = (Little32(slots, place + 4), Little32(slots, place + 8));
            if (index == 0 || block == 0)
                continue;
            var head = file.Read((long)block * BlockSize, BlockSize);
            var length = Little32(head, 12);
            // Headers do not overlap.
            if (Little32(head, 0) != BlobMagic || Little32(head, 4) != index || length > RpmFile.LongestBlob || (total += length) > file.Length)
                throw Damaged();
            yield return file.Read((long)block * BlockSize + BlockSize, (int)length);
        }
    }

    static uint Little32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    static InvalidDataException Damaged() => new("its database (Packages.db) is damaged");
}
