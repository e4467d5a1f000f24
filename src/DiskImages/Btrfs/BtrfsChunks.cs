using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>Says where logical addresses lie on the disk. Each chunk of them has one place or several copies.</summary>
/// <param name="device">The disk's own number: others are not at hand.</param>
sealed class BtrfsChunks(ulong device)
{
    const int HeaderLength = 48, StripeLength = 32;
    const ulong Striped = 0x8, StripedCopies = 0x40, Parity = 0x80 | 0x100;

    readonly SortedList<ulong, Chunk> chunks = [];

    sealed record Chunk(ulong Start, ulong Length, ulong Type, ulong[] Places, int Stripes);

    /// <param name="bytes">A list of keys and chunks: of those that are needed to find the others.</param>
    /// <exception cref="DiskImageException">It is damaged.</exception>
    public void AddList(ReadOnlySpan<byte> bytes)
    {
        for (var place = 0; place < bytes.Length;)
        {
            var key = BtrfsKey.Read(bytes, place);
            place += BtrfsKey.Length;
            if (key.Type != BtrfsKey.Chunk)
                throw Damaged("its list of chunks has something else in it");
            place += Add(key.Offset, bytes[place..]);
        }
    }

    /// <returns>Bytes that it has.</returns>
    public int Add(ulong start, ReadOnlySpan<byte> item)
    {
        var (length, type, stripes) = (Little64(item, 0), Little64(item, 24), Little16(item, 44));
        if (length == 0 || start > ulong.MaxValue - length || stripes == 0)
            throw Damaged($"its chunk at {start} has no sense");
        var places = new List<ulong>();
        for (var i = 0; i < stripes; i++)
            if (Little64(item, HeaderLength + i * StripeLength) == device)
                places.Add(Little64(item, HeaderLength + i * StripeLength + 8));
        chunks[start] = new(start, length, type, [.. places], stripes);
        return HeaderLength + stripes * StripeLength;
    }

    /// <summary>Bytes of the volume where copies of it lie.</summary>
    /// <exception cref="DiskImageException">It is not on this disk.</exception>
    public IEnumerable<long> PlacesOf(ulong address, int length)
    {
        var chunk = Find(address);
        var inside = address - chunk.Start;
        if ((ulong)length > chunk.Length - inside)
            throw Damaged($"what lies at {address} reaches over the end of its chunk");
        if ((chunk.Type & (StripedCopies | Parity)) != 0 || ((chunk.Type & Striped) != 0 && chunk.Stripes > 1))
            throw new DiskImageException("its file system is spread over several disks or stripes (RAID), which cannot be read here");
        if (chunk.Places.Length == 0)
            throw new DiskImageException("its file system has data on another disk");
        return chunk.Places.Select(place => place <= long.MaxValue / 2 && inside <= long.MaxValue / 2 ? (long)(place + inside) : throw Damaged($"there is nothing at {address}"));
    }

    Chunk Find(ulong address)
    {
        var (low, high) = (0, chunks.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var chunk = chunks.Values[middle];
            if (address < chunk.Start)
                high = middle - 1;
            else if (address - chunk.Start >= chunk.Length)
                low = middle + 1;
            else
                return chunk;
        }
        throw Damaged($"there is nothing at {address}");
    }
}
