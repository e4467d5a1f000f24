using System.Buffers;
using System.Security.Cryptography;

namespace ImageSdk.Images;

/// <summary>Hashes many contents: those of like length side by side, and one by one those that the others would wait for.</summary>
static class HashBatch
{
    /// <summary>How fast one lane of several is, compared with one content alone.</summary>
    const double LaneSpeed = 0.35;

    const int BlockSize = 1 << 18;

    public static unsafe ObjectHash[] Hash(IReadOnlyList<ReadOnlyMemory<byte>> contents)
    {
        var pins = new List<MemoryHandle>(contents.Count);
        try
        {
            return Hash(
                contents.Count, index => contents[index].Length, index => ObjectHash.Of(contents[index].Span), index =>
                {
                    pins.Add(contents[index].Pin());
                    return new((nint)pins[^1].Pointer, contents[index].Length);
                });
        }
        finally
        {
            foreach (var pin in pins)
                pin.Dispose();
        }
    }

    public static ObjectHash[] Hash(IReadOnlyList<(ContentReader Reader, long Length)> contents) => Hash(
        contents.Count, index => contents[index].Length, index => HashAlone(contents[index].Reader, contents[index].Length),
        index => new(0, contents[index].Length, contents[index].Reader));

    static ObjectHash[] Hash(int count, Func<int, long> lengthOf, Func<int, ObjectHash> hashAlone, Func<int, HashLanes.Content> open)
    {
        if (count == 1)
            return [hashAlone(0)];
        var hashes = new ObjectHash[count];
        var lengths = new long[count];
        var order = new int[count];
        for (var index = 0; index < count; index++)
            (lengths[index], order[index]) = (-lengthOf(index), index);
        // The longest first.
        Array.Sort(lengths, order);
        var alone = HashLanes.IsSupported ? CountAlone(lengths) : count;
        foreach (var index in order.AsSpan(0, alone))
            hashes[index] = hashAlone(index);
        if (alone == count)
            return hashes;
        var together = Array.ConvertAll(order[alone..], index => open(index));
        var results = new ObjectHash[together.Length];
        HashLanes.Hash(together, results);
        for (var place = 0; place < results.Length; place++)
            hashes[order[alone + place]] = results[place];
        return hashes;
    }

    /// <summary>How many of the longest are better hashed one by one: all lanes take as long as the longest of them, or as their share of all.</summary>
    /// <param name="negated">Lengths below 0, in ascending order.</param>
    static int CountAlone(long[] negated)
    {
        var rest = 0L;
        foreach (var length in negated)
            rest -= length;
        var (best, bestCost) = (negated.Length, (double)rest);
        var done = 0L;
        for (var count = 0; count < negated.Length; count++)
        {
            var longest = -negated[count];
            var cost = done + Math.Max(longest, rest / (double)HashLanes.Count) / LaneSpeed;
            if (cost < bestCost)
                (best, bestCost) = (count, cost);
            done += longest;
            rest -= longest;
        }
        return best;
    }

    static ObjectHash HashAlone(ContentReader reader, long length)
    {
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            for (var left = length; left > 0;)
            {
                var count = reader(block.AsSpan(0, (int)Math.Min(left, BlockSize)));
                if (count == 0)
                    throw new EndOfStreamException($"a content is shorter than {length} bytes");
                hasher.AppendData(block, 0, count);
                left -= count;
            }
            return new ObjectHash(hasher.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
