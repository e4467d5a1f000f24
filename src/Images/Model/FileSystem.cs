namespace ImageSdk.Images;

/// <summary>
/// An image's tree: inodes by number and the root directory, which has no number of its own. Numbers mean nothing
/// beyond identity: names that share one are hard links.
/// </summary>
public sealed class FileSystem
{
    FileSystemIndex? index;

    public required DirectoryInode Root { get; init; }

    public IReadOnlyDictionary<ulong, Inode> InodeTable { get; init; } = new Dictionary<ulong, Inode>();

    /// <summary>Regular inodes, empty ones among them, computed ones not.</summary>
    public ulong RegularInodeCount { get; init; }

    /// <summary>Bytes of all regular inodes, hard links counted once.</summary>
    public ulong TotalDataBytes { get; init; }

    /// <summary>Directories, the root among them.</summary>
    public ulong DirectoryCount { get; init; }

    /// <summary>Every path in order; made at first use and kept.</summary>
    /// <exception cref="ImageFormatException">The tree cannot be walked.</exception>
    public FileSystemIndex Index => index ??= new FileSystemIndex(this);

    /// <summary>Makes a file system of a root and a table, and counts.</summary>
    public static FileSystem Create(DirectoryInode root, IReadOnlyDictionary<ulong, Inode> inodeTable) => new()
    {
        Root = root,
        InodeTable = inodeTable,
        RegularInodeCount = (ulong)inodeTable.Values.OfType<RegularInode>().LongCount(),
        TotalDataBytes = inodeTable.Values.OfType<RegularInode>().Aggregate(0ul, (sum, inode) => AddSizes(sum, inode.Size)),
        DirectoryCount = 1 + (ulong)inodeTable.Values.OfType<DirectoryInode>().LongCount(),
    };

    /// <summary>Every path with its inode, the root first, depth first in the order of the lists.</summary>
    /// <exception cref="ImageFormatException">
    /// While walking: an inode is missing, a directory has two names or holds itself, or the tree is too deep.
    /// </exception>
    public IEnumerable<FileSystemEntry> Walk() => FileSystemWalk.Walk(this);

    /// <summary>Every path below a directory with its inode, as <see cref="Walk()"/> gives them; none where there is no such directory.</summary>
    /// <param name="path">Rooted ("/tests").</param>
    /// <exception cref="ImageFormatException">While walking, as for <see cref="Walk()"/>.</exception>
    public IEnumerable<FileSystemEntry> WalkBelow(ByteString path)
    {
        if (new PathFinder(this).Find(path) is DirectoryInode directory)
            foreach (var entry in FileSystemWalk.Walk(this, path, directory))
                if (entry.InodeNumber is not null)
                    yield return entry;
    }

    /// <summary>The disk space it will take.</summary>
    /// <param name="blockSize">Bytes; rounded down to a power of two.</param>
    /// <returns>
    /// Bytes: a block for each directory but the root, files rounded up to blocks, 64 for a symlink, nothing for others.
    /// </returns>
    public ulong EstimateUsage(ulong blockSize = 4096)
    {
        if (blockSize == 0)
            blockSize = 4096;
        var block = 1ul << (int)ulong.Log2(blockSize);
        return InodeTable.Values.Aggregate(0ul, (sum, inode) => AddSizes(sum, inode switch
        {
            DirectoryInode => blockSize,
            RegularInode { Size: var size } => size % block == 0 ? size : AddSizes(size - size % block, block),
            SymlinkInode => 64,
            _ => 0,
        }));
    }

    /// <summary>
    /// A file system without the paths that the filter matches, and without all that is below them. The root stays;
    /// inode numbers do too.
    /// </summary>
    /// <param name="filter">Null leaves the file system as it is.</param>
    /// <exception cref="ImageFormatException">The tree cannot be walked.</exception>
    public FileSystem Without(Filter? filter) => filter is null ? this : Keep(path => !filter.Matches(path));

    /// <summary>A file system with only those paths that another has too.</summary>
    /// <exception cref="ImageFormatException">A tree cannot be walked.</exception>
    public FileSystem Only(FileSystem reference) => Keep(path => reference.Index.Find(path) is not null);

    FileSystem Keep(Func<ByteString, bool> isKept)
    {
        var builder = new FileSystemBuilder(Root);
        ByteString? dropped = null;
        foreach (var (path, number, inode) in Walk())
        {
            if (number is null || (dropped is { } top && path.IsBelow(top)))
                continue;
            if (isKept(path))
                builder.Add(path, inode, number.Value);
            else
                dropped = path;
        }
        return builder.Build();
    }

    /// <summary>
    /// A file system in which files and special inodes that are, but for their time, those of another have its times.
    /// </summary>
    /// <param name="source">Each inode is looked for under its names in turn; the first that is there counts.</param>
    /// <param name="filter">Names that it matches are not looked for.</param>
    /// <exception cref="ImageFormatException">A tree cannot be walked.</exception>
    public FileSystem CopyMtimes(FileSystem source, Filter? filter = null)
    {
        var table = new Dictionary<ulong, Inode>(InodeTable);
        var met = new HashSet<ulong>();
        foreach (var (path, number, inode) in Index.Entries)
        {
            if (number is not { } known || met.Contains(known) || filter?.Matches(path) == true)
                continue;
            if (source.Index.Find(path) is not { } other)
                continue;
            met.Add(known);
            table[known] = (inode, other) switch
            {
                (RegularInode mine, RegularInode theirs) when mine with { Mtime = theirs.Mtime } == theirs => theirs,
                (SpecialInode mine, SpecialInode theirs) when mine with { Mtime = theirs.Mtime } == theirs => theirs,
                _ => inode,
            };
        }
        return Create(Root, table);
    }

    // Sizes may come from anywhere: a sum that does not fit stays at the top instead of starting over.
    static ulong AddSizes(ulong left, ulong right) => left > ulong.MaxValue - right ? ulong.MaxValue : left + right;
}
