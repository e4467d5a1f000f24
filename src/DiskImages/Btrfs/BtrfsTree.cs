using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>A tree of items in the order of their keys.</summary>
/// <param name="address">Of its root.</param>
/// <param name="level">Of its root; leaves have 0.</param>
sealed class BtrfsTree(BtrfsVolume volume, ulong address, int level)
{
    const int HeaderLength = 101, PointerLength = 33, ItemLength = 25, MostLevels = 8;

    /// <summary>The items from a key on.</summary>
    /// <exception cref="DiskImageException">The tree is damaged.</exception>
    public IEnumerable<(BtrfsKey Key, ReadOnlyMemory<byte> Item)> From(BtrfsKey first)
    {
        BtrfsKey? last = null;
        foreach (var item in Read(address, Level, first, isLeft: true))
        {
            // A tree that leads into itself ends here.
            if (last is { } before && item.Key.CompareTo(before) <= 0)
                throw Senseless();
            last = item.Key;
            yield return item;
        }
    }

    /// <summary>The items of an object and type.</summary>
    public IEnumerable<(BtrfsKey Key, ReadOnlyMemory<byte> Item)> Of(ulong item, byte type) => From(new(item, type, 0)).TakeWhile(found => found.Key.Object == item && found.Key.Type == type);

    /// <summary>The last item whose key is not above one; null where there is none.</summary>
    public (BtrfsKey Key, ReadOnlyMemory<byte> Item)? Floor(BtrfsKey key)
    {
        var node = volume.ReadNode(address, Level);
        for (var at = Level; at > 0; at--)
            node = volume.ReadNode(PointerOf(node, Math.Max(0, CountUpTo(node, key, at) - 1)), at - 1);
        var count = CountUpTo(node, key, 0);
        return count == 0 ? null : ItemOf(node, count - 1);
    }

    int Level => level < MostLevels ? level : throw Senseless();

    // On the left edge, what is below the first key is passed over. Everywhere else a node has items, and all of them count: the tree cannot be larger than the disk.
    IEnumerable<(BtrfsKey Key, ReadOnlyMemory<byte> Item)> Read(ulong address, int level, BtrfsKey first, bool isLeft)
    {
        var node = volume.ReadNode(address, level);
        var count = CountOf(node, level);
        if (count == 0 && (!isLeft || level > 0))
            throw Senseless();
        var start = isLeft ? CountUpTo(node, first, level) : 0;
        if (level == 0)
        {
            if (start > 0 && ItemOf(node, start - 1).Key == first)
                start--;
            for (var i = start; i < count; i++)
                yield return ItemOf(node, i) is var item && item.Key.CompareTo(first) >= 0 ? item : throw Senseless();
            yield break;
        }
        start = Math.Max(0, start - 1);
        for (var i = start; i < count; i++)
            foreach (var item in Read(PointerOf(node, i), level - 1, first, isLeft && i == start))
                yield return item;
    }

    /// <summary>How many keys of a node are not above one.</summary>
    int CountUpTo(ReadOnlySpan<byte> node, BtrfsKey key, int level)
    {
        var (low, high, length) = (0, CountOf(node, level), level == 0 ? ItemLength : PointerLength);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (BtrfsKey.Read(node, HeaderLength + middle * length).CompareTo(key) <= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    int CountOf(ReadOnlySpan<byte> node, int level) =>
        Little32(node, 96) is var count && count <= (node.Length - HeaderLength) / (level == 0 ? ItemLength : PointerLength) ? (int)count : throw Senseless();

    static ulong PointerOf(ReadOnlySpan<byte> node, int index) => Little64(node, HeaderLength + index * PointerLength + BtrfsKey.Length);

    (BtrfsKey Key, ReadOnlyMemory<byte> Item) ItemOf(byte[] node, int index)
    {
        var place = HeaderLength + index * ItemLength;
        var (offset, length) = (Little32(node, place + BtrfsKey.Length), Little32(node, place + BtrfsKey.Length + 4));
        if (HeaderLength + (long)offset + length > node.Length)
            throw Senseless();
        return (BtrfsKey.Read(node, place), node.AsMemory(HeaderLength + (int)offset, (int)length));
    }

    DiskImageException Senseless() => Damaged($"the tree at {address} has no sense");
}
