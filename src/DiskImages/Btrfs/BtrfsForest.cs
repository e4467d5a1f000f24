using System.Text;
using static ImageSdk.DiskImages.Volumes.Field;

namespace ImageSdk.DiskImages.Btrfs;

/// <summary>The subvolumes of a file system, with numbers that are one file's alone, and which of them are where.</summary>
sealed class BtrfsForest(BtrfsVolume volume)
{
    const int NumberBits = 48;

    readonly Dictionary<ulong, (int Index, BtrfsTree Tree)> trees = [];
    readonly HashSet<ulong> placed = [];
    readonly SortedSet<string> leftOut = new(StringComparer.Ordinal);
    ulong empty;

    public BtrfsVolume Volume => volume;

    /// <summary>Snapshots that were passed by, by name.</summary>
    public IReadOnlyCollection<string> LeftOut => leftOut;

    /// <exception cref="DiskImageException">There is no such subvolume.</exception>
    public BtrfsTree Open(ulong number)
    {
        if (trees.TryGetValue(number, out var known))
            return known.Tree;
        var tree = BtrfsSubvolumes.TryOpen(volume, number) ?? throw Damaged($"there is no subvolume {number}");
        trees[number] = (trees.Count, tree);
        return tree;
    }

    public ulong NumberOf(ulong tree, ulong inode) => inode < 1ul << NumberBits ? (ulong)trees[tree].Index << NumberBits | inode : throw Damaged($"there is no inode {inode}");

    /// <summary>A number that no file has.</summary>
    public ulong NextNumber() => ulong.MaxValue - empty++;

    /// <summary>Notes that a subvolume has a place of its own, so that it is not also where it lies in another.</summary>
    public void Place(ulong tree) => placed.Add(tree);

    /// <summary>Whether a subvolume is in the tree where an entry of a directory names it. Read-only snapshots, which tools for backups make, are not.</summary>
    public bool IsShown(ulong tree, ulong directory, BtrfsEntry entry)
    {
        var number = entry.Location.Object;
        if (placed.Contains(number) || !BtrfsSubvolumes.IsPlaceOf(volume, tree, directory, entry))
            return false;
        if (!BtrfsSubvolumes.IsSnapshot(volume, number) || !BtrfsSubvolumes.IsReadOnly(volume, number))
            return true;
        leftOut.Add($"{Encoding.UTF8.GetString(entry.Name)} (subvolume {number})");
        return false;
    }
}
