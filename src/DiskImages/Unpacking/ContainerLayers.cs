using System.Text;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Unpacking;

/// <summary>
/// Puts the layers of a container image upon each other (OCI Image Format Specification 1.1, "Image Layer Filesystem Changeset"): each is a tar file, in which a name with the
/// prefix ".wh." removes the one of the layers below, and ".wh..wh..opq" all of theirs in its directory.
/// </summary>
static class ContainerLayers
{
    static readonly byte[] whiteout = [.. ".wh."u8], opaque = [.. ".wh..wh..opq"u8];

    /// <summary>Takes away what a layer removes of those below it. That comes before any of its own entries, wherever it stands in the file.</summary>
    public static void Remove(SafeFileHandle tar, DirectoryHandle root)
    {
        foreach (var entry in TarTree.Read(tar))
        {
            var name = BytePath.NameOf(entry.Path);
            if (!name.StartsWith(whiteout) || Open(root, BytePath.ParentOf(entry.Path)) is not { } directory)
                continue;
            using (directory)
            {
                if (name.SequenceEqual(opaque))
                    foreach (var hidden in directory.ReadNames())
                        directory.RemoveTree(hidden);
                else if (name[whiteout.Length..].ToArray() is { Length: > 0 } removed && removed is not ([(byte)'.'] or [(byte)'.', (byte)'.']) && directory.TryStat(removed) is not null)
                    directory.RemoveTree(removed);
            }
        }
    }

    /// <summary>The entries that a layer adds.</summary>
    public static IEnumerable<SourceEntry> Read(SafeFileHandle tar) => TarTree.Read(tar).Where(entry => !BytePath.NameOf(entry.Path).StartsWith(whiteout));

    static DirectoryHandle? Open(DirectoryHandle root, ReadOnlySpan<byte> path)
    {
        try
        {
            return root.StatInRoot(path) is { Kind: FileKind.Directory } ? root.OpenDirectoryInRoot(path) : null;
        }
        catch (PosixException exception) when (exception.Error is Errno.NoEntry or Errno.NotDirectory or Errno.TooManyLinks)
        {
            return null;
        }
    }
}
