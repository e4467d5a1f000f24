namespace ImageSdk.Images;

/// <summary>A path of a file system.</summary>
/// <param name="Path">Rooted; "/" for the root itself.</param>
/// <param name="InodeNumber">Null for the root, which has none.</param>
public readonly record struct FileSystemEntry(ByteString Path, ulong? InodeNumber, Inode Inode)
{
    public bool IsRoot => InodeNumber is null;
}
