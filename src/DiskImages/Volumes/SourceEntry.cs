using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Volumes;

/// <summary>An entry of a tree that is being unpacked.</summary>
/// <param name="Path">From the root, without a slash at either end; empty for the root itself.</param>
/// <param name="Mode">Permission bits.</param>
sealed record SourceEntry(byte[] Path, FileKind Kind, uint Mode, uint Uid, uint Gid, PosixTime Mtime)
{
    public IReadOnlyList<(string Name, byte[] Value)> Attributes { get; init; } = [];

    /// <summary>Of a symbolic link.</summary>
    public byte[] Target { get; init; } = [];

    /// <summary>The path of an entry before, of which this is another name; null for an entry of its own.</summary>
    public byte[]? Existing { get; init; }

    /// <summary>Of a device node, in the kernel's 64-bit encoding.</summary>
    public ulong Device { get; init; }

    /// <summary>Bytes of a file's content.</summary>
    public long Length { get; init; }

    /// <summary>Writes a file's content into a file that has its length already, and zeros everywhere.</summary>
    public Action<SafeFileHandle>? WriteContent { get; init; }
}
