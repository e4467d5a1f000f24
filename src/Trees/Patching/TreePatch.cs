using ImageSdk.Images;

namespace ImageSdk.Trees.Patching;

/// <summary>What brings a directory tree to an image's state.</summary>
/// <param name="Remove">Paths that the image has not got, the deepest first.</param>
/// <param name="Replace">Paths that are missing, or are something else; directories before what they hold.</param>
/// <param name="Change">Paths of which only mode, owner or time differ.</param>
public sealed record TreePatch(
    IReadOnlyList<ByteString> Remove, IReadOnlyList<FileSystemEntry> Replace, IReadOnlyList<FileSystemEntry> Change)
{
    public bool IsEmpty => Remove.Count + Replace.Count + Change.Count == 0;

    /// <param name="image">Without what its filter matches.</param>
    /// <param name="present">The directory tree, without what the image's filter matches.</param>
    public static TreePatch Compare(FileSystem image, FileSystem present)
    {
        var remove = present.Index.Entries.Where(entry => !entry.IsRoot && image.Index.Find(entry.Path) is null).Select(entry => entry.Path).Reverse().ToList();
        var replace = new List<FileSystemEntry>();
        var change = new List<FileSystemEntry>();
        var linkChanges = FindLinkChanges(image, present);
        foreach (var entry in image.Index.Entries)
        {
            var old = present.Index.Find(entry.Path);
            if (old is null || !HasSameContent(entry.Inode, old) || entry.InodeNumber is { } number && linkChanges.Contains(number))
                replace.Add(entry);
            else if (!HasSameMetadata(entry.Inode, old))
                (RunsAsItsOwner(entry.Inode) ? replace : change).Add(entry);
        }
        // A directory that makes way for something else, and the reverse, is removed first.
        remove.AddRange(replace.Where(entry => present.Index.Find(entry.Path) is { } old && old is DirectoryInode != entry.Inode is DirectoryInode)
            .Select(entry => entry.Path));
        return new(remove, replace, change);
    }

    // Such a file is never one that another user put there, even for a moment.
    static bool RunsAsItsOwner(Inode inode) => inode is RegularInode file && (file.Mode & 0xC00) != 0;

    /// <summary>Inodes of the image whose names are not names of one inode, and no others', in the tree.</summary>
    static HashSet<ulong> FindLinkChanges(FileSystem image, FileSystem present)
    {
        var changed = new HashSet<ulong>();
        foreach (var group in image.Index.Entries.Where(entry => entry.Inode is not DirectoryInode && entry.InodeNumber is not null).GroupBy(entry => entry.InodeNumber!.Value))
        {
            var numbers = group.Select(entry => present.Index.TryFind(entry.Path, out var old) ? old.InodeNumber : null).Distinct().ToArray();
            if (numbers is not [{ } only] || present.Index.CountLinks(only) != group.Count())
                changed.Add(group.Key);
        }
        return changed;
    }

    static bool HasSameContent(Inode wanted, Inode present) => (wanted, present) switch
    {
        (DirectoryInode, DirectoryInode) => true,
        (RegularInode mine, RegularInode theirs) => mine.Size == theirs.Size && (mine.Size == 0 || mine.Hash == theirs.Hash),
        // Whatever a generator made of it stays.
        (ComputedInode, RegularInode) => true,
        (SymlinkInode mine, SymlinkInode theirs) => mine.Target == theirs.Target,
        (SpecialInode mine, SpecialInode theirs) => mine.Rdev == theirs.Rdev && (mine.Mode & InodeMode.TypeMask) == (theirs.Mode & InodeMode.TypeMask),
        _ => false,
    };

    static bool HasSameMetadata(Inode wanted, Inode present) =>
        wanted.Uid == present.Uid && wanted.Gid == present.Gid &&
        (wanted is not ModedInode mine || present is ModedInode theirs && mine.Mode == theirs.Mode) &&
        (wanted, present) switch
        {
            (RegularInode mineFile, RegularInode theirFile) => mineFile.Mtime == theirFile.Mtime,
            (SpecialInode mineNode, SpecialInode theirNode) => mineNode.Mtime == theirNode.Mtime,
            _ => true,
        };
}
