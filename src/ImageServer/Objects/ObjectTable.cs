using ImageSdk.Images;

namespace ImageSdk.ImageServer.Objects;

/// <summary>
/// Objects by hash, in about 110 bytes each: a hash table whose entries lie in blocks, chained by their numbers.
/// Those that nothing refers to also form a list, in the order in which that became so. Not for several threads at once.
/// </summary>
sealed class ObjectTable
{
    const int None = -1;
    const int BlockBits = 12;
    const int BlockSize = 1 << BlockBits;

    struct Entry
    {
        public ObjectHash Hash;
        public ulong Size;
        public uint References;
        public uint Pins;
        public int Next;
        public int Older;
        public int Newer;

        // Ticks; 0 where it was not.
        public long Compared;

        public readonly bool IsLoose => References == 0 && Pins == 0;
    }

    readonly List<Entry[]> blocks = [];
    int[] buckets = NewBuckets(BlockSize);
    int used;
    int firstFree = None;
    int oldest = None;
    int newest = None;
    long count;
    ulong bytes;
    long looseCount;
    ulong looseBytes;
    ulong references;
    ulong referencedBytes;

    public ObjectStatistics Statistics => new(count, bytes, looseCount, looseBytes, references, referencedBytes);

    /// <summary>The number of an object; null where it is unknown.</summary>
    public int? Find(in ObjectHash hash)
    {
        for (var index = buckets[Bucket(hash)]; index != None; index = At(index).Next)
            if (At(index).Hash == hash)
                return index;
        return null;
    }

    /// <summary>Adds an object that is not there yet.</summary>
    /// <param name="size">Bytes; 0 for one that is expected only, which has to be pinned.</param>
    /// <returns>Its number, good for as long as something refers to it.</returns>
    public int Add(in ObjectHash hash, ulong size, uint pins)
    {
        var index = Allocate();
        ref var entry = ref At(index);
        ref var bucket = ref buckets[Bucket(hash)];
        entry = new Entry { Hash = hash, Pins = pins, Next = bucket, Older = None, Newer = None };
        bucket = index;
        SetSize(index, size);
        if (entry.IsLoose)
            Link(index);
        return index;
    }

    public ObjectHash HashOf(int index) => At(index).Hash;

    /// <summary>Bytes; 0 where the object is lost, or has not come yet.</summary>
    public ulong SizeOf(int index) => At(index).Size;

    public void SetSize(int index, ulong size)
    {
        ref var entry = ref At(index);
        var isLinked = IsLinked(index);
        if (isLinked)
            Unlink(index);
        count += (size > 0 ? 1 : 0) - (entry.Size > 0 ? 1 : 0);
        bytes += size - entry.Size;
        referencedBytes += entry.References * (size - entry.Size);
        entry.Size = size;
        if (isLinked)
            Settle(index);
    }

    /// <summary>
    /// Until when the object's file is known to have had the content of its hash, in ticks of <see cref="DateTime"/>, UTC; 0 where
    /// it was never compared.
    /// </summary>
    public ref long ComparedAt(int index) => ref At(index).Compared;

    /// <summary>Adds to the references or takes away from them.</summary>
    public void Reference(int index, long change)
    {
        ref var entry = ref At(index);
        var after = checked((uint)(entry.References + change));
        Leave(index);
        entry.References = after;
        references += (ulong)change;
        referencedBytes += (ulong)change * entry.Size;
        Settle(index);
    }

    public void Pin(int index)
    {
        Leave(index);
        At(index).Pins++;
    }

    public void Unpin(int index)
    {
        At(index).Pins--;
        Settle(index);
    }

    /// <summary>Takes an object out that nothing refers to; false where something does.</summary>
    public bool Remove(int index)
    {
        if (!At(index).IsLoose)
            return false;
        Unlink(index);
        Drop(index);
        return true;
    }

    /// <summary>
    /// Of those without references the oldest ones, as many as it takes to reach both measures or a number of them.
    /// </summary>
    /// <param name="count">At least so many.</param>
    /// <param name="bytes">At least so many, all together.</param>
    public List<int> ListOldest(long count, ulong bytes, int most)
    {
        var list = new List<int>();
        var size = 0UL;
        for (var index = oldest; index != None && list.Count < most && (list.Count < count || size < bytes); index = At(index).Newer)
        {
            list.Add(index);
            size += At(index).Size;
        }
        return list;
    }

    /// <summary>The numbers of those without references, the oldest first.</summary>
    public int[] ListLoose()
    {
        var list = new int[looseCount];
        var position = 0;
        for (var index = oldest; index != None; index = At(index).Newer)
            list[position++] = index;
        return list;
    }

    /// <summary>Whether a number is that of an object without references. It may have gone to another object meanwhile.</summary>
    public bool IsLoose(int index) => IsLinked(index);

    ref Entry At(int index) => ref blocks[index >> BlockBits][index & (BlockSize - 1)];

    int Bucket(in ObjectHash hash) => hash.GetHashCode() & (buckets.Length - 1);

    int Allocate()
    {
        if (firstFree != None)
        {
            var index = firstFree;
            firstFree = At(index).Next;
            return index;
        }
        if (used == blocks.Count * BlockSize)
            blocks.Add(new Entry[BlockSize]);
        if (used == buckets.Length)
            Spread();
        return used++;
    }

    // Before an entry is taken that belongs to no bucket yet.
    void Spread()
    {
        var chained = buckets;
        buckets = NewBuckets(2 * chained.Length);
        foreach (var first in chained)
        {
            for (var index = first; index != None;)
            {
                ref var entry = ref At(index);
                var next = entry.Next;
                ref var bucket = ref buckets[Bucket(entry.Hash)];
                entry.Next = bucket;
                bucket = index;
                index = next;
            }
        }
    }

    static int[] NewBuckets(int length)
    {
        var buckets = new int[length];
        Array.Fill(buckets, None);
        return buckets;
    }

    void Drop(int index)
    {
        ref var link = ref buckets[Bucket(At(index).Hash)];
        while (link != index)
            link = ref At(link).Next;
        ref var entry = ref At(index);
        link = entry.Next;
        count -= entry.Size > 0 ? 1 : 0;
        bytes -= entry.Size;
        entry = new Entry { Next = firstFree, Older = None, Newer = None };
        firstFree = index;
    }

    void Leave(int index)
    {
        if (At(index).IsLoose)
            Unlink(index);
    }

    // One that nothing refers to goes to the end of the list, or is forgotten if it is not there.
    void Settle(int index)
    {
        ref var entry = ref At(index);
        if (!entry.IsLoose)
            return;
        if (entry.Size == 0)
            Drop(index);
        else
            Link(index);
    }

    bool IsLinked(int index) => oldest == index || At(index).Older != None;

    void Link(int index)
    {
        ref var entry = ref At(index);
        entry.Older = newest;
        entry.Newer = None;
        if (newest == None)
            oldest = index;
        else
            At(newest).Newer = index;
        newest = index;
        looseCount++;
        looseBytes += entry.Size;
    }

    void Unlink(int index)
    {
        ref var entry = ref At(index);
        if (entry.Older == None)
            oldest = entry.Newer;
        else
            At(entry.Older).Newer = entry.Newer;
        if (entry.Newer == None)
            newest = entry.Older;
        else
            At(entry.Newer).Older = entry.Older;
        entry.Older = entry.Newer = None;
        looseCount--;
        looseBytes -= entry.Size;
    }
}
