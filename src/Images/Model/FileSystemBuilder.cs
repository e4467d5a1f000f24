namespace ImageSdk.Images;

/// <summary>
/// Puts a file system together path by path. Entries come out in bytewise order whatever the order they went in;
/// a directory has to be there before what it holds. Not for several threads at once.
/// </summary>
public sealed class FileSystemBuilder
{
    readonly Dictionary<ulong, Inode> inodes = [];
    readonly Dictionary<ulong, int> links = [];
    readonly Dictionary<ByteString, SortedDictionary<ByteString, ulong>> directories = [];
    DirectoryInode root;
    ulong nextNumber = 1;

    /// <param name="root">Mode, owner and attributes of the root; null for 0755 and root:root. Its entries do not count.</param>
    public FileSystemBuilder(DirectoryInode? root = null)
    {
        this.root = (root ?? new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory }) with { Entries = [] };
        directories[FileSystemWalk.RootPath] = [];
    }

    /// <summary>A builder that starts with a file system.</summary>
    /// <exception cref="ImageFormatException">The file system cannot be walked, or has a bad or a doubled name.</exception>
    public FileSystemBuilder(FileSystem fileSystem) : this(fileSystem.Root)
    {
        foreach (var (path, number, inode) in fileSystem.Walk())
        {
            if (number is { } known)
                Add(path, inode, known);
        }
    }

    /// <summary>Adds a path with a new inode and returns the number that it got.</summary>
    /// <exception cref="ImageFormatException">The path is bad or taken, or its directory is missing.</exception>
    public ulong Add(ByteString path, Inode inode)
    {
        while (inodes.ContainsKey(nextNumber))
            nextNumber++;
        var number = nextNumber;
        Add(path, inode, number);
        return number;
    }

    /// <summary>Adds a path with an inode of this number: a hard link where the number is known already.</summary>
    /// <exception cref="ImageFormatException">
    /// The path is bad or taken, its directory is missing, a directory gets a second name, or the number stands for
    /// another inode.
    /// </exception>
    public void Add(ByteString path, Inode inode, ulong inodeNumber)
    {
        var (parent, name) = Split(path);
        if (!directories.TryGetValue(parent, out var siblings))
            throw new ImageFormatException(path, "no parent directory");
        if (siblings.ContainsKey(name))
            throw new ImageFormatException(path, "duplicate name");
        if (inodes.TryGetValue(inodeNumber, out var known))
        {
            if (inode is DirectoryInode)
                throw new ImageFormatException(path, "hard-linked directory");
            if (known != inode)
                throw new ImageFormatException(path, $"inode changed: {inodeNumber}");
        }
        siblings[name] = inodeNumber;
        links[inodeNumber] = links.GetValueOrDefault(inodeNumber) + 1;
        inodes[inodeNumber] = WithoutEntries(inode);
        if (inode is DirectoryInode)
            directories[path] = [];
    }

    /// <summary>Adds a path that is a hard link to another.</summary>
    /// <exception cref="ImageFormatException">The path is bad or taken, or the other is missing or a directory.</exception>
    public void Link(ByteString path, ByteString existing)
    {
        if (FindNumber(existing) is not { } number)
            throw new ImageFormatException(path, $"missing hard link target: {existing}");
        Add(path, inodes[number], number);
    }

    /// <summary>The inode of a path; null if there is none. A directory comes without entries.</summary>
    public Inode? Find(ByteString path) =>
        path == FileSystemWalk.RootPath ? root : FindNumber(path) is { } number ? inodes[number] : null;

    /// <summary>
    /// Gives the inode of a path other content or metadata, for all its names. A directory stays a directory and keeps
    /// its entries, and nothing else becomes one.
    /// </summary>
    /// <exception cref="ImageFormatException">The path is missing, or is a directory where the inode is not.</exception>
    public void Replace(ByteString path, Inode inode)
    {
        var old = Find(path) ?? throw new ImageFormatException(path, "missing");
        if (old is DirectoryInode != inode is DirectoryInode)
            throw new ImageFormatException(path, "changed type");
        if (FindNumber(path) is { } number)
            inodes[number] = WithoutEntries(inode);
        else
            root = (DirectoryInode)WithoutEntries(inode);
    }

    /// <summary>Removes a path, and what is below it; false if there was none. The root stays.</summary>
    public bool Remove(ByteString path)
    {
        if (FindNumber(path) is not { } number)
            return false;
        var (parent, name) = Split(path);
        if (directories.TryGetValue(path, out var children))
        {
            foreach (var child in children.Keys.ToArray())
                Remove(FileSystemWalk.Join(path, child));
            directories.Remove(path);
        }
        directories[parent].Remove(name);
        if (--links[number] == 0)
        {
            links.Remove(number);
            inodes.Remove(number);
        }
        return true;
    }

    public FileSystem Build()
    {
        var table = new Dictionary<ulong, Inode>(inodes);
        foreach (var (path, entries) in directories)
        {
            if (FindNumber(path) is { } number)
                table[number] = (DirectoryInode)inodes[number] with { Entries = ToEntries(entries) };
        }
        return FileSystem.Create(root with { Entries = ToEntries(directories[FileSystemWalk.RootPath]) }, table);
    }

    static Inode WithoutEntries(Inode inode) => inode is DirectoryInode directory ? directory with { Entries = [] } : inode;

    static DirectoryEntry[] ToEntries(SortedDictionary<ByteString, ulong> entries) =>
        entries.Select(entry => new DirectoryEntry(entry.Key, entry.Value)).ToArray();

    ulong? FindNumber(ByteString path)
    {
        if (path == FileSystemWalk.RootPath || path.Span.LastIndexOf((byte)'/') < 0)
            return null;
        return directories.TryGetValue(path.ParentPath, out var siblings) && siblings.TryGetValue(path.FileName, out var number) ? number : null;
    }

    static (ByteString Parent, ByteString Name) Split(ByteString path)
    {
        if (!path.Span.StartsWith((byte)'/'))
            throw new ImageFormatException(path, "not a rooted path");
        var (parent, name) = (path.ParentPath, path.FileName);
        if ((FileSystemValidator.FindNameFault(name.Span) ?? PathLimits.FindFault(path.Span)) is { } fault)
            throw new ImageFormatException(path, fault);
        return (parent, name);
    }
}
