namespace ImageSdk.Images;

/// <summary>Finds paths in a file system, and the paths of an inode.</summary>
public sealed class FileSystemIndex
{
    readonly Dictionary<ByteString, FileSystemEntry> byPath = [];
    readonly Dictionary<ulong, int> links = [];

    internal FileSystemIndex(FileSystem fileSystem)
    {
        Entries = fileSystem.Walk().ToArray();
        foreach (var entry in Entries)
        {
            byPath[entry.Path] = entry;
            if (entry.InodeNumber is { } number)
                links[number] = links.GetValueOrDefault(number) + 1;
        }
    }

    /// <summary>All paths, the root first, depth first in the order of the lists.</summary>
    public IReadOnlyList<FileSystemEntry> Entries { get; }

    /// <summary>Finds a rooted path ("/etc/passwd", "/").</summary>
    public bool TryFind(ByteString path, out FileSystemEntry entry) => byPath.TryGetValue(path, out entry);

    /// <summary>Finds the inode of a rooted path; null if there is none.</summary>
    public Inode? Find(ByteString path) => byPath.TryGetValue(path, out var entry) ? entry.Inode : null;

    /// <summary>How many names an inode has; 0 for an unknown number.</summary>
    public int CountLinks(ulong inodeNumber) => links.GetValueOrDefault(inodeNumber);

    /// <summary>How many names an entry's inode has; 1 for the root.</summary>
    public int CountLinks(FileSystemEntry entry) => entry.InodeNumber is { } number ? CountLinks(number) : 1;
}
