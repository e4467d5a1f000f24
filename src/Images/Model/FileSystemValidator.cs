namespace ImageSdk.Images;

/// <summary>Checks a tree that comes from outside before anything is done with it.</summary>
public static class FileSystemValidator
{
    /// <summary>
    /// Passes a tree that can be unpacked: every number known, no directory with two names, at most 2048 deep, names
    /// and link targets that Linux can have and that lead nowhere else, modes of the right type, one name for a
    /// computed file. Counts and inodes without a name are not looked at.
    /// </summary>
    /// <exception cref="ImageFormatException">The first fault, with its path.</exception>
    public static void Validate(FileSystem fileSystem)
    {
        var computed = new HashSet<ulong>();
        foreach (var (path, number, inode) in fileSystem.Walk())
        {
            if (FindFault(inode) is { } fault)
                throw new ImageFormatException(path, fault);
            if (inode is ComputedInode && number is { } known && !computed.Add(known))
                throw new ImageFormatException(path, "duplicate computed inode");
            if (path.Length > PathLimits.Path)
                throw new ImageFormatException(path, PathLimits.FindFault(path.Span)!);
            // Before the walk goes on into the directory.
            if (inode is DirectoryInode directory)
                CheckNames(path, directory);
        }
    }

    /// <summary>Why a name cannot stand in a directory; null where it can.</summary>
    internal static string? FindNameFault(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
            return "empty name";
        if (name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
            return "name is . or ..";
        if (name.Contains((byte)'/'))
            return "name contains /";
        if (name.Contains((byte)0))
            return "name contains NUL";
        return PathLimits.FindFault(name);
    }

    static void CheckNames(ByteString path, DirectoryInode directory)
    {
        if (directory.Entries is null)
            throw new ImageFormatException(path, "no list of entries");
        var names = new HashSet<ByteString>(directory.Entries.Count);
        foreach (var (name, _) in directory.Entries)
        {
            if (FindNameFault(name.Span) is { } fault)
                throw new ImageFormatException(FileSystemWalk.Join(path, name), fault);
            if (!names.Add(name))
                throw new ImageFormatException(FileSystemWalk.Join(path, name), "duplicate name");
        }
    }

    static string? FindFault(Inode inode)
    {
        foreach (var (name, _) in inode.ExtendedAttributes)
        {
            if (name.IsEmpty || name.Length > PathLimits.Name || name.Span.Contains((byte)0))
                return "bad name of an extended attribute";
        }
        return inode switch
        {
            DirectoryInode directory => FindTypeFault(directory, InodeMode.Directory),
            ComputedInode computed => FindTypeFault(computed, InodeMode.Regular),
            RegularInode { Size: > 0, Hash.IsZero: true } => "file with content but without hash",
            RegularInode regular => FindTypeFault(regular, InodeMode.Regular),
            SpecialInode special => FindTypeFault(
                special, InodeMode.Block, InodeMode.Character, InodeMode.Fifo, InodeMode.Socket),
            SymlinkInode { Target: { IsEmpty: false, Length: <= PathLimits.Path } target }
                when !target.Span.Contains((byte)0) => null,
            SymlinkInode => "bad symlink target",
            _ => $"unknown type of inode: {inode.TypeName}",
        };
    }

    static string? FindTypeFault(ModedInode inode, params ReadOnlySpan<uint> types) =>
        types.Contains(inode.Mode & InodeMode.TypeMask) ? null : $"mode 0{Convert.ToString(inode.Mode, 8)} of a {inode.TypeName} inode";
}
