namespace ImageSdk.Images;

/// <summary>
/// An image's tree: inodes by number and the root directory, which has no number of its own. Numbers mean nothing
/// beyond identity: names that share one are hard links.
/// </summary>
public sealed class FileSystem
{
    public required DirectoryInode Root { get; init; }

    public IReadOnlyDictionary<ulong, Inode> InodeTable { get; init; } = new Dictionary<ulong, Inode>();

    /// <summary>Regular inodes, empty ones among them, computed ones not.</summary>
    public ulong RegularInodeCount { get; init; }

    /// <summary>Bytes of all regular inodes, hard links counted once.</summary>
    public ulong TotalDataBytes { get; init; }

    /// <summary>Directories, the root among them.</summary>
    public ulong DirectoryCount { get; init; }
}
