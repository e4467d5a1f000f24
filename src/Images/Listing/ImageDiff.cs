namespace ImageSdk.Images;

/// <summary>What differs between two file systems, path by path in bytewise order.</summary>
/// <param name="Added">Paths that only the right one has.</param>
/// <param name="Removed">Paths that only the left one has.</param>
/// <param name="Changed">Paths that both have, but not alike.</param>
public sealed record ImageDiff(
    IReadOnlyList<FileSystemEntry> Added, IReadOnlyList<FileSystemEntry> Removed, IReadOnlyList<PathChange> Changed)
{
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;

    /// <exception cref="ImageFormatException">A tree cannot be walked.</exception>
    public static ImageDiff Compare(FileSystem left, FileSystem right)
    {
        var changed = new List<PathChange>();
        foreach (var mine in Sort(left))
        {
            if (!right.Index.TryFind(mine.Path, out var theirs))
                continue;
            var aspects = CompareInodes(mine.Inode, theirs.Inode);
            if (left.Index.CountLinks(mine) != right.Index.CountLinks(theirs))
                aspects |= DiffAspects.Links;
            if (aspects != DiffAspects.None)
                changed.Add(new(mine.Path, mine.Inode, theirs.Inode, aspects));
        }
        return new(FindMissing(right, left), FindMissing(left, right), changed);
    }

    /// <summary>
    /// Reduces two images to what can be compared: a filter that only one has is applied to both, one that both have
    /// too. Different filters do nothing. With no filter at all, and more than 16 times the inodes on one side, only
    /// the paths of the smaller count.
    /// </summary>
    /// <param name="left">One tree.</param>
    /// <param name="leftFilter">Null where there is none.</param>
    /// <param name="right">The other tree.</param>
    /// <param name="rightFilter">Null where there is none.</param>
    /// <param name="deleteFilter">Takes the place of the filter wherever one would be applied.</param>
    public static (FileSystem Left, FileSystem Right) Reduce(
        FileSystem left, Filter? leftFilter, FileSystem right, Filter? rightFilter, Filter? deleteFilter = null)
    {
        if (leftFilter is null && rightFilter is null)
        {
            if (left.RegularInodeCount / 16 > right.RegularInodeCount)
                return (left.Only(right), right);
            return right.RegularInodeCount / 16 > left.RegularInodeCount ? (left, right.Only(left)) : (left, right);
        }
        if (leftFilter is not null && rightFilter is not null && !leftFilter.HasSameLines(rightFilter))
            return (left, right);
        var filter = deleteFilter ?? leftFilter ?? rightFilter;
        return (left.Without(filter), right.Without(filter));
    }

    static FileSystemEntry[] FindMissing(FileSystem from, FileSystem other) =>
        Sort(from).Where(entry => other.Index.Find(entry.Path) is null).ToArray();

    static IEnumerable<FileSystemEntry> Sort(FileSystem fileSystem) => fileSystem.Index.Entries.OrderBy(entry => entry.Path);

    static DiffAspects CompareInodes(Inode left, Inode right)
    {
        var aspects = DiffAspects.None;
        Note(left.Uid == right.Uid && left.Gid == right.Gid, DiffAspects.Owner);
        Note(left.ExtendedAttributes.Equals(right.ExtendedAttributes), DiffAspects.ExtendedAttributes);
        if (left is ModedInode { Mode: var mode } && right is ModedInode { Mode: var otherMode })
            Note(mode == otherMode, DiffAspects.Mode);
        switch (left, right)
        {
            case (RegularInode mine, RegularInode theirs):
                Note(mine.Size == theirs.Size, DiffAspects.Size);
                Note(mine.Size == 0 && theirs.Size == 0 || mine.Hash == theirs.Hash, DiffAspects.Content);
                Note(mine.Mtime == theirs.Mtime, DiffAspects.Mtime);
                break;
            case (ComputedInode mine, ComputedInode theirs):
                Note(mine.Source == theirs.Source, DiffAspects.Content);
                break;
            case (SymlinkInode mine, SymlinkInode theirs):
                Note(mine.Target == theirs.Target, DiffAspects.Content);
                break;
            case (SpecialInode mine, SpecialInode theirs):
                Note(mine.Rdev == theirs.Rdev, DiffAspects.Content);
                Note(mine.Mtime == theirs.Mtime, DiffAspects.Mtime);
                break;
            case (DirectoryInode mine, DirectoryInode theirs):
                // Only where both know it: the original's images do not.
                Note(mine.Mtime is null || theirs.Mtime is null || mine.Mtime == theirs.Mtime, DiffAspects.Mtime);
                break;
            default:
                aspects |= DiffAspects.Type;
                break;
        }
        return aspects;

        void Note(bool same, DiffAspects aspect) => aspects |= same ? DiffAspects.None : aspect;
    }
}

/// <summary>A path that is not the same on both sides.</summary>
public sealed record PathChange(ByteString Path, Inode Left, Inode Right, DiffAspects Aspects);

/// <summary>What differs between two inodes.</summary>
[Flags]
public enum DiffAspects
{
    None = 0,
    Type = 1,
    Mode = 2,
    Owner = 4,
    Size = 8,

    /// <summary>The object, the generator, the link target or the device number.</summary>
    Content = 16,
    Mtime = 32,
    Links = 64,
    ExtendedAttributes = 128,
}
