using System.Buffers;

namespace ImageSdk.Images;

/// <summary>Hashes many contents: those of like length side by side, and one by one those that the others would wait for.</summary>
static class HashBatch
{
    /// <summary>How fast one lane of several is, compared with one content alone.</summary>
    const double LaneSpeed = 0.45;

    public static unsafe ObjectHash[] Hash(IReadOnlyList<ReadOnlyMemory<byte>> contents)
    {
        var hashes = new ObjectHash[contents.Count];
        var order = Enumerable.Range(0, contents.Count).OrderByDescending(index => contents[index].Length).ToArray();
        var alone = HashLanes.IsSupported ? CountAlone(contents, order) : order.Length;
        foreach (var index in order.AsSpan(0, alone))
            hashes[index] = ObjectHash.Of(contents[index].Span);
        var together = order.AsSpan(alone);
        if (together.IsEmpty)
            return hashes;
        var pins = new MemoryHandle[together.Length];
        var places = new (nint Start, int Length)[together.Length];
        var results = new ObjectHash[together.Length];
        try
        {
            for (var place = 0; place < places.Length; place++)
            {
                pins[place] = contents[together[place]].Pin();
                places[place] = ((nint)pins[place].Pointer, contents[together[place]].Length);
            }
            HashLanes.Hash(places, results);
        }
        finally
        {
            foreach (var pin in pins)
                pin.Dispose();
        }
        for (var place = 0; place < results.Length; place++)
            hashes[together[place]] = results[place];
        return hashes;
    }

    /// <summary>How many of the longest are better hashed one by one: all lanes take as long as the longest of them, or as their share of all.</summary>
    static int CountAlone(IReadOnlyList<ReadOnlyMemory<byte>> contents, int[] order)
    {
        var rest = order.Sum(index => (long)contents[index].Length);
        var (best, bestCost) = (order.Length, (double)rest);
        var done = 0L;
        for (var count = 0; count < order.Length; count++)
        {
            var longest = contents[order[count]].Length;
            var cost = done + Math.Max(longest, rest / (double)HashLanes.Count) / LaneSpeed;
            if (cost < bestCost)
                (best, bestCost) = (count, cost);
            done += longest;
            rest -= longest;
        }
        return best;
    }
}
