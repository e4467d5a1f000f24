using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>
/// Divides an image's tree between the file systems of a disk, after files were added that belong to the disk alone.
/// </summary>
sealed class VolumeTrees
{
    const uint DirectoryMode = InodeMode.Directory | Permissions.Directory;

    readonly FileSystemBuilder all;
    readonly FileTime epoch;
    readonly List<(ByteString Path, byte[] Content)> added = [];

    public VolumeTrees(FileSystem tree, FileTime epoch)
    {
        all = new FileSystemBuilder(tree);
        this.epoch = epoch;
    }

    /// <summary>Adds a file, or puts it in the place of the image's.</summary>
    /// <exception cref="ArtifactException">IMG6024: its directory is none in the image.</exception>
    public void Add(string path, string content) => Add(path, Encoding.UTF8.GetBytes(content));

    /// <param name="mode">Permission bits.</param>
    /// <inheritdoc cref="Add(string, string)"/>
    public void Add(string path, byte[] bytes, uint mode = Permissions.File)
    {
        EnsureDirectory(path[..Math.Max(1, path.LastIndexOf('/'))]);
        // Its other names keep what they have.
        all.Remove(path);
        all.Add(path, new RegularInode { Mode = InodeMode.Regular | mode, Size = (ulong)bytes.Length, Mtime = epoch });
        added.Add((path, bytes));
    }

    /// <summary>Makes a directory with its parents, where it is not there.</summary>
    /// <exception cref="ArtifactException">IMG6024: something else is in the place of one of them.</exception>
    public void EnsureDirectory(string path)
    {
        for (var slash = path.IndexOf('/', 1); path.Length > 1; slash = path.IndexOf('/', slash + 1))
        {
            var parent = slash < 0 ? path : path[..slash];
            var inode = all.Find(parent);
            if (inode is null)
                all.Add(parent, new DirectoryInode { Mode = DirectoryMode, Mtime = epoch });
            else if (inode is not DirectoryInode)
                throw new ArtifactException("IMG6024", $"{path} can't be used on the disk: {parent} is no directory in the image but a {InodeKind.NameOf(inode)}. Name the directory itself.");
            if (slash < 0)
                break;
        }
    }

    /// <summary>The trees of the file systems, in the order of their mount points.</summary>
    /// <returns>Trees, and contents of the added files by inode.</returns>
    public IReadOnlyList<(FileSystem Tree, IReadOnlyDictionary<ulong, byte[]> Added)> Divide(IReadOnlyList<ExtraPartition> partitions)
    {
        foreach (var partition in partitions)
            EnsureDirectory(partition.MountPoint);
        var tree = all.Build();
        var mountPoints = partitions.Select(partition => ByteString.FromText(partition.MountPoint)).ToArray();
        var builders = partitions.Select(partition => new FileSystemBuilder(RootOf(tree, partition))).ToArray();
        foreach (var (path, number, inode) in tree.Index.Entries)
        {
            if (number is not { } known)
                continue;
            var (place, prefix) = (0, 0);
            for (var index = 1; index < mountPoints.Length; index++)
                if (mountPoints[index].Length > prefix && path.Length > mountPoints[index].Length && path.Span[mountPoints[index].Length] == '/' && path.Span.StartsWith(mountPoints[index].Span))
                    (place, prefix) = (index, mountPoints[index].Length);
            builders[place].Add(prefix == 0 ? path : new(path.Span[prefix..]), inode, known);
        }
        var contents = added.ToDictionary(file => tree.Index.TryFind(file.Path, out var entry) ? entry.InodeNumber!.Value : 0, file => file.Content);
        return [.. builders.Select(builder => (builder.Build(), (IReadOnlyDictionary<ulong, byte[]>)contents))];
    }

    static DirectoryInode RootOf(FileSystem tree, ExtraPartition partition)
    {
        var root = (DirectoryInode)tree.Index.Find(partition.MountPoint)!;
        return root with { Uid = partition.RootUserId ?? root.Uid, Gid = partition.RootGroupId ?? root.Gid };
    }
}
