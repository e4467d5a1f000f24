using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Formats;

/// <summary>
/// Makes the mounted root ready for tools that read a directory: what the tree does not have is removed, and in the place of
/// device nodes, which an ordinary user's root can't have, there are named pipes for everybody. The format turns those into devices
/// again in what the tool wrote.
/// </summary>
static class StagedRoot
{
    public static void Prepare(ArtifactContext context)
    {
        using var root = context.OpenRoot();
        Prepare(root, context.Tree.Root, context);
    }

    static void Prepare(DirectoryHandle directory, DirectoryInode inode, ArtifactContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        var entries = inode.Entries.ToDictionary(entry => entry.Name, entry => context.Tree.InodeTable[entry.InodeNumber]);
        foreach (var name in directory.ReadNames())
        {
            if (!entries.TryGetValue(new ByteString(name), out var child))
                directory.RemoveTree(name);
            else if (child is DirectoryInode below)
            {
                using var handle = directory.OpenDirectory(name);
                Prepare(handle, below, context);
            }
            else if (child is SpecialInode special && (special.Mode & InodeMode.TypeMask) != InodeMode.Fifo)
            {
                directory.Unlink(name);
                directory.MakeNode(name, InodeMode.Fifo | special.Mode & InodeMode.PermissionMask, 0);
                directory.SetOwner(name, special.Uid, special.Gid);
            }
        }
    }
}
