using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>Finds the trees of files of a file system: its top level, and subvolumes.</summary>
static class BtrfsSubvolumes
{
    /// <summary>The number of the tree that all subvolumes lie below.</summary>
    public const ulong TopLevel = 5;

    /// <summary>The lowest and the highest number of a subvolume.</summary>
    public const ulong First = 256, Last = unchecked((ulong)-256L);

    const ulong RootDirectory = 6;
    const int AddressPlace = 176, FlagsPlace = 208, LevelPlace = 238, ParentPlace = 263;

    /// <summary>Null where there is no such tree.</summary>
    /// <exception cref="DiskImageException">The file system is damaged.</exception>
    public static BtrfsTree? TryOpen(BtrfsVolume volume, ulong number) =>
        TryReadRoot(volume, number) is { } root ? new(volume, Little64(root.Span, AddressPlace), Byte(root.Span, LevelPlace)) : null;

    /// <summary>The subvolume that a mount shows which names none.</summary>
    public static ulong Default(BtrfsVolume volume) => volume.RootTree.Of(RootDirectory, BtrfsKey.DirectoryItem).SelectMany(item => BtrfsEntry.ReadAll(item.Item))
        .FirstOrDefault(entry => entry.Name.AsSpan().SequenceEqual("default"u8))?.Location.Object ?? TopLevel;

    /// <summary>Numbers of all of them but the top level, in their order.</summary>
    public static IEnumerable<ulong> All(BtrfsVolume volume) => volume.RootTree.From(new(First, 0, 0)).TakeWhile(item => item.Key.Object <= Last).Where(item => item.Key.Type == BtrfsKey.Root).Select(item => item.Key.Object);

    /// <summary>Whether it was made as a copy of another.</summary>
    public static bool IsSnapshot(BtrfsVolume volume, ulong number) =>
        TryReadRoot(volume, number) is { } root && root.Length >= ParentPlace + 16 && root.Span.Slice(ParentPlace, 16).ContainsAnyExcept((byte)0);

    public static bool IsReadOnly(BtrfsVolume volume, ulong number) => TryReadRoot(volume, number) is { } root && (Little64(root.Span, FlagsPlace) & 1) != 0;

    /// <summary>Whether an entry of a directory is where a subvolume lies. Copies of a tree have the names of the subvolumes below it, but not these.</summary>
    public static bool IsPlaceOf(BtrfsVolume volume, ulong tree, ulong directory, BtrfsEntry entry) => volume.RootTree.Floor(new(tree, BtrfsKey.RootReference, entry.Location.Object)) is ({ } key, var item)
        && key == new BtrfsKey(tree, BtrfsKey.RootReference, entry.Location.Object) && Little64(item.Span, 0) == directory && Slice(item.Span, 18, Little16(item.Span, 16)).SequenceEqual(entry.Name);

    /// <summary>The subvolume of a path from the top level; null where there is none.</summary>
    public static ulong? Find(BtrfsVolume volume, ReadOnlySpan<byte> path)
    {
        var (tree, directory) = (TopLevel, First);
        foreach (var range in path.Split((byte)'/'))
        {
            var name = path[range].ToArray();
            if (name.Length == 0)
                continue;
            var found = TryOpen(volume, tree)?.Of(directory, BtrfsKey.DirectoryIndex).SelectMany(item => BtrfsEntry.ReadAll(item.Item)).FirstOrDefault(entry => entry.Name.AsSpan().SequenceEqual(name));
            if (found is null)
                return null;
            (tree, directory) = found.IsSubvolume ? (found.Location.Object, First) : (tree, found.Location.Object);
        }
        return directory == First && TryReadRoot(volume, tree) is not null ? tree : null;
    }

    static ReadOnlyMemory<byte>? TryReadRoot(BtrfsVolume volume, ulong number)
    {
        foreach (var (_, item) in volume.RootTree.Of(number, BtrfsKey.Root))
            return item;
        return null;
    }
}
