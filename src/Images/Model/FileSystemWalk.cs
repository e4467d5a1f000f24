namespace ImageSdk.Images;

/// <summary>Walks a tree that may come from anywhere: it ends whatever the tree says.</summary>
static class FileSystemWalk
{
    /// <summary>Directories below one another; deeper trees are refused.</summary>
    public const int MaximumDepth = 2048;

    public static ByteString RootPath { get; } = "/";

    /// <param name="fileSystem">What to walk.</param>
    /// <param name="sorted">Take names in bytewise order, whatever the order of the lists.</param>
    public static IEnumerable<FileSystemEntry> Walk(FileSystem fileSystem, bool sorted = false) => Walk(fileSystem, RootPath, fileSystem.Root, sorted);

    /// <param name="fileSystem">What the directory is of.</param>
    /// <param name="path">Of the directory, rooted.</param>
    /// <param name="top">The directory; what comes first, without a number.</param>
    /// <param name="sorted">As above.</param>
    public static IEnumerable<FileSystemEntry> Walk(FileSystem fileSystem, ByteString path, DirectoryInode top, bool sorted = false)
    {
        yield return new(path, null, top);
        var directories = new HashSet<ulong>();
        var open = new Stack<(ByteString Path, IReadOnlyList<DirectoryEntry> Entries, int Next)>();
        open.Push((path, Order(top), 0));
        while (open.TryPop(out var directory))
        {
            if (directory.Next >= directory.Entries.Count)
                continue;
            var (name, number) = directory.Entries[directory.Next];
            open.Push(directory with { Next = directory.Next + 1 });
            var entryPath = Join(directory.Path, name);
            if (!fileSystem.InodeTable.TryGetValue(number, out var inode))
                throw new ImageFormatException(entryPath, $"no entry in inode table for: {number}");
            if (inode is null)
                throw new ImageFormatException(entryPath, $"nil entry in inode table for: {number}");
            yield return new(entryPath, number, inode);
            if (inode is not DirectoryInode child)
                continue;
            if (!directories.Add(number))
                throw new ImageFormatException(entryPath, "hard-linked or recursive directory");
            if (open.Count >= MaximumDepth)
                throw new ImageFormatException(entryPath, $"more than {MaximumDepth} directories deep");
            open.Push((entryPath, Order(child), 0));
        }

        IReadOnlyList<DirectoryEntry> Order(DirectoryInode directory) =>
            sorted && !IsSorted(directory.Entries) ? directory.Entries.OrderBy(entry => entry.Name).ToArray() : directory.Entries;
    }

    // As those of all trees that are made here.
    static bool IsSorted(IReadOnlyList<DirectoryEntry> entries)
    {
        for (var i = 1; i < entries.Count; i++)
            if (entries[i - 1].Name.CompareTo(entries[i].Name) > 0)
                return false;
        return true;
    }

    public static ByteString Join(ByteString directory, ByteString name)
    {
        var separator = directory.Length > 1 ? 1 : 0;
        var path = new byte[directory.Length + separator + name.Length];
        directory.Span.CopyTo(path);
        path[directory.Length + separator - 1] = (byte)'/';
        name.Span.CopyTo(path.AsSpan(directory.Length + separator));
        return new(path);
    }
}
