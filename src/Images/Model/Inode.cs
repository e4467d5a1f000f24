namespace ImageSdk.Images;

/// <summary>
/// What a name in an image stands for. Modes are the raw st_mode of Linux, type bits included; owners are numbers.
/// Inodes are immutable: a change is a new inode, so that images can share them.
/// </summary>
public abstract record Inode
{
    public uint Uid { get; init; }

    public uint Gid { get; init; }

    /// <summary>Extended attributes, file capabilities and ACLs among them. Peers of the original skip them.</summary>
    public ExtendedAttributes ExtendedAttributes { get; init; } = ExtendedAttributes.None;

    /// <summary>What it is, for messages.</summary>
    internal string TypeName => this switch
    {
        RegularInode => "regular",
        ComputedInode => "computed",
        SymlinkInode => "symlink",
        SpecialInode => "special",
        DirectoryInode => "directory",
        _ => GetType().Name,
    };
}

/// <summary>An inode that carries permission bits.</summary>
public abstract record ModedInode : Inode
{
    /// <summary>The raw st_mode, for instance 0100644 for a file that all may read.</summary>
    public uint Mode { get; init; }
}

/// <summary>A file with content. A file without content has size 0 and the zero hash, and no object.</summary>
public sealed record RegularInode : ModedInode
{
    public FileTime Mtime { get; init; }

    /// <summary>Bytes.</summary>
    public ulong Size { get; init; }

    public ObjectHash Hash { get; init; }
}

/// <summary>A file whose content a file generator makes for each machine.</summary>
public sealed record ComputedInode : ModedInode
{
    /// <summary>The generator, as host:port.</summary>
    public string Source { get; init; } = "";
}

public sealed record SymlinkInode : Inode
{
    public ByteString Target { get; init; }
}

/// <summary>A device node or a named pipe.</summary>
public sealed record SpecialInode : ModedInode
{
    public FileTime Mtime { get; init; }

    /// <summary>The device number in the kernel's 64-bit encoding (0x103 is 1:3).</summary>
    public ulong Rdev { get; init; }
}

public sealed record DirectoryInode : ModedInode
{
    /// <summary>In bytewise order of the names.</summary>
    public IReadOnlyList<DirectoryEntry> Entries { get; init; } = [];

    /// <summary>Not part of the original's model; null where it came from there.</summary>
    public FileTime? Mtime { get; init; }
}

/// <summary>A name in a directory. Two entries with one number are hard links.</summary>
public readonly record struct DirectoryEntry(ByteString Name, ulong InodeNumber);

/// <summary>A modification time.</summary>
/// <param name="Seconds">Since 1970-01-01T00:00:00Z; may be negative.</param>
/// <param name="Nanoseconds">0 to 999,999,999.</param>
public readonly record struct FileTime(long Seconds, int Nanoseconds) : IComparable<FileTime>
{
    /// <summary>When an inode was modified; null for those whose time is not kept.</summary>
    public static FileTime? Of(Inode inode) => inode switch
    {
        RegularInode { Mtime: var time } => time,
        SpecialInode { Mtime: var time } => time,
        DirectoryInode { Mtime: var time } => time,
        _ => null,
    };

    public int CompareTo(FileTime other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);
}
