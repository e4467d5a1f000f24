using System.Text;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees.Unpacking;

namespace ImageSdk.Trees.Patching;

/// <summary>
/// Brings a directory tree to an image's state: what is new is unpacked beside the tree first, and takes the place of the
/// old one path at a time, by renaming. Follows no link in the tree, and works by what is open: others may change the tree meanwhile.
/// </summary>
public sealed class DirectoryPatcher(string target, IObjectFetcher objects, bool setOwners, CancellationToken cancellation)
{
    const uint OwnerOnly = Permissions.OwnerDirectory;

    /// <param name="image">The image's tree.</param>
    /// <param name="patch">What is to be done.</param>
    /// <exception cref="IOException">Something cannot be written. What was done until then stays.</exception>
    public async Task ApplyAsync(FileSystem image, TreePatch patch)
    {
        using var root = DirectoryHandle.Open(target);
        // In the tree itself, as only there renaming is possible; the name is one that scans pass over.
        var stageName = Encoding.ASCII.GetBytes($".imagesdk-{Guid.NewGuid():N}~");
        if (!root.TryMakeDirectory(stageName, OwnerOnly))
            throw new PosixException("mkdir", target, Errno.Exists);
        try
        {
            using var stage = root.OpenDirectory(stageName);
            var staged = await StageAsync(image, patch, stage);
            foreach (var path in patch.Remove)
                Remove(root, path);
            foreach (var entry in patch.Replace)
                Replace(root, stage, entry, staged);
            // What was staged has its owner and mode already; by its name something else could be meant by now.
            foreach (var entry in patch.Replace.Where(entry => entry.Inode is DirectoryInode).Concat(patch.Change))
                SetMetadata(root, entry);
        }
        finally
        {
            root.RemoveTree(stageName);
        }
    }

    /// <summary>Unpacks all that is new into one flat directory; gives the name there of each inode.</summary>
    async Task<Dictionary<ulong, byte[]>> StageAsync(FileSystem image, TreePatch patch, DirectoryHandle stage)
    {
        var builder = new FileSystemBuilder(new DirectoryInode { Mode = InodeMode.Directory | OwnerOnly });
        var names = new Dictionary<ulong, byte[]>();
        foreach (var (_, number, inode) in patch.Replace)
        {
            if (inode is DirectoryInode || number is not { } known || names.ContainsKey(known))
                continue;
            var name = Encoding.ASCII.GetBytes($"{known}");
            names.Add(known, name);
            builder.Add(new ByteString([(byte)'/', .. name]), inode, known);
        }
        await new ImageUnpacker(objects, cancellation).UnpackAsync(builder.Build(), stage, setOwners);
        return names;
    }

    void Remove(DirectoryHandle root, ByteString path)
    {
        cancellation.ThrowIfCancellationRequested();
        using var parent = root.OpenDirectoryBeneath(BytePath.ParentOf(path.Span[1..]));
        // What the filter keeps from being seen keeps its directory, too.
        if (parent.TryStat(BytePath.NameOf(path.Span)) is not { } status)
            return;
        if (status.Kind != FileKind.Directory)
            parent.Unlink(BytePath.NameOf(path.Span));
        else
        {
            using var directory = parent.OpenDirectory(BytePath.NameOf(path.Span));
            if (directory.ReadNames().Count == 0)
                parent.RemoveEmptyDirectory(BytePath.NameOf(path.Span));
        }
    }

    void Replace(DirectoryHandle root, DirectoryHandle stage, FileSystemEntry entry, Dictionary<ulong, byte[]> staged)
    {
        cancellation.ThrowIfCancellationRequested();
        if (entry.InodeNumber is not { } number)
            return;
        using var parent = root.OpenDirectoryBeneath(BytePath.ParentOf(entry.Path.Span[1..]));
        var name = BytePath.NameOf(entry.Path.Span);
        if (entry.Inode is DirectoryInode)
        {
            parent.TryMakeDirectory(name, OwnerOnly);
            return;
        }
        // A second name of the staged file, which stays for the inode's other names; then over the old one in one step.
        var temporary = Encoding.ASCII.GetBytes($".imagesdk-{Guid.NewGuid():N}~");
        parent.MakeHardLink(temporary, stage, staged[number]);
        parent.Rename(temporary, name);
    }

    void SetMetadata(DirectoryHandle root, FileSystemEntry entry)
    {
        if (entry.Inode is SymlinkInode)
        {
            if (setOwners)
            {
                using var parent = root.OpenDirectoryBeneath(BytePath.ParentOf(entry.Path.Span[1..]));
                parent.SetOwner(BytePath.NameOf(entry.Path.Span), entry.Inode.Uid, entry.Inode.Gid);
            }
            return;
        }
        if (entry.Inode is not ModedInode moded)
            return;
        using var directory = entry.IsRoot ? null : root.OpenDirectoryBeneath(BytePath.ParentOf(entry.Path.Span[1..]));
        var (handle, name) = entry.IsRoot ? (root, "."u8.ToArray()) : (directory!, BytePath.NameOf(entry.Path.Span).ToArray());
        if (setOwners)
            handle.SetOwner(name, moded.Uid, moded.Gid);
        handle.SetPermissions(name, moded.Mode & InodeMode.PermissionMask);
        FileTime? time = moded switch
        {
            RegularInode regular => regular.Mtime,
            SpecialInode special => special.Mtime,
            _ => null,
        };
        if (time is { } known)
            handle.SetTimes(name, new(known.Seconds, known.Nanoseconds));
    }
}
