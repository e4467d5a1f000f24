namespace ImageSdk.Images;

/// <summary>Replaces files of an image by newer ones.</summary>
public static class ImageLayer
{
    /// <summary>
    /// A file system in which the inodes of a base are replaced by those that a layer has at the same paths. All names of a
    /// hard-linked file change together. Directories stay as they are.
    /// </summary>
    /// <exception cref="ImageFormatException">The layer has a path that the base lacks, or has as something else.</exception>
    public static FileSystem Apply(FileSystem below, FileSystem layer)
    {
        var table = new Dictionary<ulong, Inode>(below.InodeTable);
        foreach (var (path, _, inode) in layer.Index.Entries)
        {
            if (inode is DirectoryInode)
                continue;
            if (!below.Index.TryFind(path, out var old))
                throw new ImageFormatException(path, "missing in base image");
            if (old.InodeNumber is not { } number || KindOf(old.Inode) != KindOf(inode))
                throw new ImageFormatException(path, "changed type");
            table[number] = inode;
        }
        return FileSystem.Create(below.Root, table);
    }

    static Type KindOf(Inode inode) => inode is ComputedInode ? typeof(RegularInode) : inode.GetType();
}
