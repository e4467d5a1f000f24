namespace ImageSdk.Images;

/// <summary>What an inode is, in a word.</summary>
public static class InodeKind
{
    public static string NameOf(Inode inode) => inode switch
    {
        RegularInode => "file",
        ComputedInode => "computed",
        SymlinkInode => "symlink",
        DirectoryInode => "directory",
        SpecialInode { Mode: var mode } => (mode & InodeMode.TypeMask) switch
        {
            InodeMode.Block => "block",
            InodeMode.Character => "character",
            InodeMode.Fifo => "fifo",
            InodeMode.Socket => "socket",
            _ => "special",
        },
        _ => "unknown",
    };

    public static bool IsDevice(SpecialInode special) =>
        (special.Mode & InodeMode.TypeMask) is InodeMode.Block or InodeMode.Character;
}
