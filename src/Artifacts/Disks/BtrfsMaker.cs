using System.Text;
using ImageSdk.Artifacts.Disks.Contents;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Disks;

/// <summary>
/// Makes a btrfs file system of a volume. mkfs.btrfs takes a directory as it is, so the mounted root is made into what is wanted
/// first; it is the artifact's own.
/// </summary>
static class BtrfsMaker
{
    public static HostTool Tool { get; } = new("mkfs.btrfs", "btrfs-progs");

    const long MiB = 1 << 20;

    /// <summary>How large a file system has to be, bytes: a generous estimate, as btrfs sets space apart in large pieces.</summary>
    public static long SizeOf(FileSystem tree, long free)
    {
        var content = (long)tree.EstimateUsage();
        return (Math.Max(256 * MiB, content + content / 4 + free + 128 * MiB) + MiB - 1) / MiB * MiB;
    }

    /// <param name="file">A sparse file that has nothing but zeros there.</param>
    /// <param name="offset">Where the file system begins, in bytes.</param>
    /// <param name="size">Bytes.</param>
    public static void Make(ArtifactContext context, Volume volume, PartitionContent content, string file, long offset, long size)
    {
        using var root = context.OpenRoot();
        root.MakeDirectoriesInRoot(Bytes(volume.MountPoint), Permissions.Directory);
        using var directory = volume.MountPoint == "/" ? context.OpenRoot() : root.OpenDirectoryBeneath(Bytes(volume.MountPoint[1..]));
        Prepare(directory, content);
        // It can't write at a place within a file.
        var part = Path.Combine(context.ScratchDirectory, $"{volume.Uuid}.btrfs");
        using (var made = File.Create(part))
            made.SetLength(size);
        context.Tools.Run(Tool,
            ["--quiet", "--force", "--metadata", "single", "--label", volume.Settings.FileSystemLabel, "--rootdir", directory.Path, part]);
        var devices = content.Tree.Index.Entries.Where(entry => entry.Inode is SpecialInode).ToDictionary(entry => entry.Path, entry => DeviceNumber.Decode(((SpecialInode)entry.Inode).Rdev));
        new BtrfsCompletion(part, volume.Uuid, devices).Run(context.Cancellation);
        SparseFile.Copy(part, file, offset, context.Cancellation);
        File.Delete(part);
    }

    static void Prepare(DirectoryHandle directory, PartitionContent content)
    {
        foreach (var (entry, bytes) in content.Added)
        {
            using var handle = EnsureDirectory(directory, entry.Path.ParentPath.Span);
            var name = BytePath.NameOf(entry.Path.Span);
            if (handle.TryStat(name) is not null)
                handle.Unlink(name);
            using var file = handle.CreateFile(name, Permissions.File);
            file.Write(bytes);
        }
        // What other file systems have, and what stands for devices where an ordinary user builds.
        RemoveOthers(directory, content.Tree.Root, content.Tree);
        directory.SetOwner("."u8, content.Tree.Root.Uid, content.Tree.Root.Gid);
        directory.SetPermissions("."u8, content.Tree.Root.Mode & InodeMode.PermissionMask);
    }

    static void RemoveOthers(DirectoryHandle directory, DirectoryInode wanted, FileSystem tree)
    {
        var entries = wanted.Entries.ToDictionary(entry => entry.Name, entry => tree.InodeTable[entry.InodeNumber]);
        foreach (var name in directory.ReadNames())
        {
            var inode = entries.GetValueOrDefault(new ByteString(name));
            if (inode is null || (inode is SpecialInode && directory.Stat(name).Kind == FileKind.Regular))
                directory.RemoveTree(name);
            else if (inode is DirectoryInode child)
            {
                using var handle = directory.OpenDirectory(name);
                RemoveOthers(handle, child, tree);
            }
        }
    }

    static DirectoryHandle EnsureDirectory(DirectoryHandle directory, ReadOnlySpan<byte> path)
    {
        directory.MakeDirectoriesInRoot(path, Permissions.Directory);
        return directory.OpenDirectoryBeneath(path.TrimStart((byte)'/'));
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
