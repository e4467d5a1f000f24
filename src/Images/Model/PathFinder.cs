namespace ImageSdk.Images;

/// <summary>
/// Finds paths of a file system where only some are wanted: unlike <see cref="FileSystem.Index"/> it looks at nothing but the directories
/// on the way. Not for several threads.
/// </summary>
public sealed class PathFinder(FileSystem fileSystem)
{
    /// <summary>Directories with more entries than this are looked through once, not for each path.</summary>
    const int MostEntries = 16;

    readonly Dictionary<DirectoryInode, Dictionary<ByteString, ulong>> large = new(ReferenceEqualityComparer.Instance);

    /// <summary>Finds the inode of a path, rooted or not; null where there is none.</summary>
    public Inode? Find(ByteString path)
    {
        Inode? inode = fileSystem.Root;
        for (var rest = path.Span; !rest.IsEmpty;)
        {
            var slash = rest.IndexOf((byte)'/');
            var name = slash < 0 ? rest : rest[..slash];
            rest = slash < 0 ? [] : rest[(slash + 1)..];
            if (name.IsEmpty)
                continue;
            if (inode is not DirectoryInode directory || FindEntry(directory, name) is not { } number || !fileSystem.InodeTable.TryGetValue(number, out inode))
                return null;
        }
        return inode;
    }

    ulong? FindEntry(DirectoryInode directory, ReadOnlySpan<byte> name)
    {
        var entries = directory.Entries;
        if (entries.Count > MostEntries)
            return FindIn(directory).TryGetValue(new ByteString(name), out var found) ? found : null;
        for (var i = 0; i < entries.Count; i++)
            if (entries[i].Name.Span.SequenceEqual(name))
                return entries[i].InodeNumber;
        return null;
    }

    Dictionary<ByteString, ulong> FindIn(DirectoryInode directory)
    {
        if (large.TryGetValue(directory, out var numbers))
            return numbers;
        large.Add(directory, numbers = new(directory.Entries.Count));
        foreach (var (name, number) in directory.Entries)
            numbers.TryAdd(name, number);
        return numbers;
    }
}
