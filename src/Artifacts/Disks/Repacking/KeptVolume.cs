using System.Globalization;
using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Artifacts.Disks.Repacking;

/// <summary>
/// A partition whose file system cannot be made here, and whose files are in the image. It stays as it is. What the image has changed
/// there is written into a FAT, such as the EFI system partition; of all others it is reported.
/// </summary>
sealed class KeptVolume(ArtifactContext context, ISourceDisk source, SourcePartition partition)
{
    const int MostNames = 5;

    static readonly HostTool copier = new("mcopy", "mtools"), directoryMaker = new("mmd", "mtools"), remover = new("mdeltree", "mtools");

    /// <param name="file">The disk.</param>
    /// <param name="tree">What the image has there.</param>
    public void Update(string file, FileSystem tree)
    {
        var before = Path.Combine(context.ScratchDirectory, $"partition-{partition.Number}");
        Directory.CreateDirectory(before);
        source.Unpack(partition, before);
        using var root = context.OpenRoot();
        var changed = tree.Index.Entries.Where(entry => !entry.IsRoot && !IsSame(entry, before, root)).ToList();
        var removed = Directory.EnumerateFileSystemEntries(before, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, ReturnSpecialDirectories = false })
            .Select(path => path[before.Length..]).Where(path => !IsLostAndFound(path) && tree.Index.Find(path) is null).Order(StringComparer.Ordinal).ToList();
        if (partition.FileSystem == "FAT")
            Write(file, changed, removed);
        else if (changed.Count + removed.Count > 0)
            Warn(context, $"{partition.MountPoint} is kept as it was ({partition.Name}), as its file system {partition.FileSystem} cannot be written here, and the image has other files there",
                [.. changed.Select(entry => entry.Path.ToString()), .. removed]);
    }

    /// <summary>Reports files of the image that a file system of the disk is going to be mounted over.</summary>
    public static void WarnOfHidden(ArtifactContext context, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            var prefix = ByteString.FromText(path + "/");
            var hidden = context.Tree.Index.Entries.Where(entry => entry.Inode is not DirectoryInode && entry.Path.Span.StartsWith(prefix.Span)).Select(entry => entry.Path.ToString()).ToList();
            if (hidden.Count > 0)
                Warn(context, $"{path} is kept as it was: the disk mounts a file system there that cannot be read here, and the image has files there, which it hides", hidden);
        }
    }

    static void Warn(ArtifactContext context, string what, IReadOnlyList<string> names) => context.Warn("IMG6397",
        $"{what}: {string.Join(", ", names.Take(MostNames))}{(names.Count > MostNames ? $" and {names.Count - MostNames} more" : "")}. Put them there in the source, or when a machine starts.");

    void Write(string file, IReadOnlyList<FileSystemEntry> changed, IReadOnlyList<string> removed)
    {
        var environment = new Dictionary<string, string>
        {
            ["SOURCE_DATE_EPOCH"] = context.Epoch.ToString(CultureInfo.InvariantCulture), ["MTOOLSRC"] = "/dev/null", ["MTOOLS_SKIP_CHECK"] = "1",
        };
        var image = $"{file}@@{partition.Start}";
        // What is below one that goes, goes with it.
        foreach (var path in removed.Where(path => !removed.Any(other => path.StartsWith(other + "/", StringComparison.Ordinal))))
            context.Tools.Run(remover, ["-i", image, "::" + path], environment);
        foreach (var entry in changed)
            if (entry.Inode is DirectoryInode)
                context.Tools.Run(directoryMaker, ["-i", image, "::" + entry.Path], environment);
            else if (entry.Inode is RegularInode)
                context.Tools.Run(copier, ["-o", "-i", image, PathInRoot(entry.Path), "::" + entry.Path], environment);
            else
                Warn(context, $"{partition.MountPoint} has a file system that holds files and directories alone, and the image has others there", [entry.Path.ToString()]);
    }

    bool IsSame(FileSystemEntry entry, string before, DirectoryHandle root)
    {
        var former = new FileInfo(before + entry.Path);
        return entry.Inode switch
        {
            DirectoryInode => Directory.Exists(former.FullName) && former.LinkTarget is null,
            SymlinkInode link => former.LinkTarget == link.Target.ToString(),
            RegularInode { Size: var size } => former is { Exists: true, LinkTarget: null } && former.Length == (long)size && HaveSameContent(former, entry.Path, root),
            _ => former.Exists,
        };
    }

    bool HaveSameContent(FileInfo former, ByteString path, DirectoryHandle root)
    {
        using var left = former.OpenRead();
        using var right = root.OpenBeneath(Encoding.UTF8.GetBytes(PathInImage(path)[1..]));
        var (expected, found) = (new byte[1 << 16], new byte[1 << 16]);
        for (int count; (count = left.ReadAtLeast(expected, expected.Length, throwOnEndOfStream: false)) > 0;)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            var length = 0;
            for (int read; length < count && (read = right.Read(found.AsSpan(length, count - length))) > 0; length += read)
            {
            }
            if (!expected.AsSpan(0, count).SequenceEqual(found.AsSpan(0, length)))
                return false;
        }
        return true;
    }

    string PathInImage(ByteString path) => partition.MountPoint + path;

    string PathInRoot(ByteString path) => context.Root + PathInImage(path);

    static bool IsLostAndFound(string path) => path == "/lost+found" || path.StartsWith("/lost+found/", StringComparison.Ordinal);
}
