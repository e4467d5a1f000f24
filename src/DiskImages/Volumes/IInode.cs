using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Volumes;

/// <summary>An inode of a file system with owners, modes and extended attributes.</summary>
interface IInode
{
    FileKind Kind { get; }

    /// <summary>With the bits of the kind.</summary>
    uint Mode { get; }

    uint Uid { get; }

    uint Gid { get; }

    PosixTime Mtime { get; }

    /// <summary>Bytes of a file's content.</summary>
    long Size { get; }

    /// <summary>Of a device node, in the kernel's 64-bit encoding.</summary>
    ulong Device { get; }

    /// <exception cref="DiskImageException">It is damaged.</exception>
    byte[] ReadLink();

    /// <exception cref="DiskImageException">They are damaged.</exception>
    IReadOnlyList<(string Name, byte[] Value)> ReadAttributes();
}

static class InodeDescription
{
    const uint PermissionBits = 0xFFF;

    /// <summary>What an inode has, by its kind.</summary>
    /// <param name="path">From the root.</param>
    /// <param name="write">Writes a file's content.</param>
    public static SourceEntry Describe(this IInode inode, byte[] path, Action<SafeFileHandle> write)
    {
        var entry = new SourceEntry(path, inode.Kind, inode.Mode & PermissionBits, inode.Uid, inode.Gid, inode.Mtime);
        return inode.Kind switch
        {
            FileKind.Symlink => entry with { Target = inode.ReadLink() },
            FileKind.Regular => entry with { Attributes = inode.ReadAttributes(), Length = inode.Size, WriteContent = write },
            FileKind.CharacterDevice or FileKind.BlockDevice => entry with { Device = inode.Device },
            FileKind.Directory => entry with { Attributes = inode.ReadAttributes() },
            _ => entry,
        };
    }
}
