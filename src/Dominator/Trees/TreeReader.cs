using ImageSdk.Images;

namespace ImageSdk.Dominator.Trees;

/// <summary>
/// Reads a tree that a server has, with everything in it under its SHA-512: level by level, so that in memory are the
/// entries and the tree objects of one level.
/// </summary>
/// <param name="parts">Gets its objects.</param>
/// <param name="mtime">Of all files; trees have no times.</param>
public sealed class TreeReader(ITreeParts parts, FileTime mtime)
{
    const int MaxEntries = 4_000_000;
    const int MaxDepth = 2048;
    const ulong MaxTreeBytes = 64 << 20;
    const ulong MaxTargetBytes = 4095;

    // What has no content is no object anywhere.
    static readonly ObjectHash nothing = ObjectHash.Of([]);

    readonly FileSystemBuilder tree = new();
    readonly Dictionary<ObjectHash, ulong> files = [];
    readonly List<(ByteString Path, TreeEntry Entry)> links = [];
    readonly List<(ByteString Path, TreeEntry Entry)> below = [];

    /// <summary>The objects of the files, with their sizes in bytes. Not fetched.</summary>
    public IReadOnlyDictionary<ObjectHash, ulong> Files => files;

    /// <summary>Bytes of all entries, each counted where it stands.</summary>
    public ulong EntryBytes { get; private set; }

    /// <summary>Reads all but the contents of files. Once.</summary>
    /// <exception cref="TreeException">It is no tree, or a part cannot be had.</exception>
    /// <exception cref="ImageFormatException">It has a bad name, or one twice.</exception>
    public async Task<FileSystem> ReadAsync(TreeUrl url, CancellationToken cancellation)
    {
        var entryCount = 0;
        await FetchAsync(url.Trees, [url.Hash], cancellation);
        List<(ByteString Path, ObjectHash Hash)> level = [("/", url.Hash)];
        for (var depth = 0; level.Count > 0; depth++)
        {
            if (depth > MaxDepth)
                throw new TreeException($"the tree is more than {MaxDepth} deep");
            foreach (var (path, hash) in level)
            {
                cancellation.ThrowIfCancellationRequested();
                var entries = TreeEntry.ReadAll(Read(hash, MaxTreeBytes));
                if ((entryCount += entries.Count) > MaxEntries)
                    throw new TreeException($"the tree has more than {MaxEntries} entries");
                foreach (var entry in entries)
                    Add(Join(path, entry.Name), entry);
            }
            level = [.. below.Where(directory => directory.Entry.Size > 0).Select(directory => (directory.Path, directory.Entry.Hash))];
            below.Clear();
            await FetchAsync(url.Trees, level.Select(next => next.Hash), cancellation);
        }
        await FetchAsync(url.Blobs, links.Select(link => link.Entry.Hash), cancellation);
        foreach (var (path, entry) in links)
            tree.Add(path, new SymlinkInode { Target = new ByteString(Read(entry.Hash, MaxTargetBytes)), Uid = entry.Uid, Gid = entry.Gid });
        return tree.Build();
    }

    Task FetchAsync(string url, IEnumerable<ObjectHash> hashes, CancellationToken cancellation) =>
        parts.FetchAsync(url, [.. hashes.Distinct().Where(hash => hash != nothing)], cancellation);

    byte[] Read(ObjectHash hash, ulong most) => hash == nothing ? [] : parts.Read(hash, most);

    void Add(ByteString path, TreeEntry entry)
    {
        var permissions = entry.Permissions & ~InodeMode.TypeMask;
        EntryBytes += entry.Size;
        switch (entry.Type)
        {
            case TreeEntryType.Tree:
                tree.Add(path, new DirectoryInode { Mode = InodeMode.Directory | permissions, Uid = entry.Uid, Gid = entry.Gid });
                below.Add((path, entry));
                break;
            case TreeEntryType.Symlink:
                links.Add((path, entry));
                break;
            default:
                tree.Add(path, MakeFile(entry, permissions));
                if (entry.Size > 0 && !files.TryAdd(entry.Hash, entry.Size) && files[entry.Hash] != entry.Size)
                    throw new TreeException($"malformed tree: two sizes of {entry.Hash}");
                break;
        }
    }

    RegularInode MakeFile(TreeEntry entry, uint permissions) => new()
    {
        Mode = InodeMode.Regular | permissions,
        Uid = entry.Uid,
        Gid = entry.Gid,
        Mtime = mtime,
        Size = entry.Size,
        Hash = entry.Size > 0 ? entry.Hash : default,
    };

    static ByteString Join(ByteString directory, ByteString name) =>
        directory.Length == 1 ? new([(byte)'/', .. name.Span]) : new([.. directory.Span, (byte)'/', .. name.Span]);
}
