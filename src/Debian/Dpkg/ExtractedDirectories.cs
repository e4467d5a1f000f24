using System.Collections.Concurrent;
using ImageSdk.Archives;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Debian.Dpkg;

/// <summary>
/// The directories of packages that are extracted side by side. Owners, modes and times are set when all files are there, in the order of
/// the packages, so that they do not depend on which thread was faster.
/// </summary>
/// <param name="count">How many packages there are.</param>
/// <param name="keepsDirectories">As in <c>PackageExtractor</c>.</param>
sealed class ExtractedDirectories(int count, bool keepsDirectories)
{
    readonly bool keepsDirectories = keepsDirectories;
    readonly OfPackage?[] packages = new OfPackage?[count];
    readonly ConcurrentDictionary<ulong, bool> created = [];
    readonly ConcurrentDictionary<ulong, bool> changed = [];

    /// <summary>The directories of a package; each package has one thread.</summary>
    /// <param name="package">Its place in the order.</param>
    public OfPackage Of(int package) => packages[package] = new(this);

    /// <summary>
    /// Gives each directory the owner, mode and time of the first package that has it, as dpkg does, or of the last one, as tar does. One that
    /// dpkg or tar would have changed after that keeps the time of the extraction.
    /// </summary>
    public void Finish(DirectoryHandle root)
    {
        var set = new HashSet<ulong>();
        foreach (var (path, inode, entry) in InOrder())
        {
            if ((keepsDirectories && !created.ContainsKey(inode)) || !set.Add(inode))
                continue;
            using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(path));
            var name = path.Length == 0 ? "."u8 : BytePath.NameOf(path);
            parent.SetOwner(name, entry.Uid, entry.Gid);
            parent.SetPermissions(name, entry.Mode);
            if (!changed.ContainsKey(inode))
                parent.SetTimes(name, new(entry.Mtime.Seconds, entry.Mtime.Nanoseconds));
        }
    }

    IEnumerable<(byte[] Path, ulong Inode, TarFileEntry Entry)> InOrder()
    {
        var all = packages.SelectMany(package => package?.Entries ?? []);
        return keepsDirectories ? all : all.Reverse();
    }

    /// <summary>The directories of one package.</summary>
    public sealed class OfPackage(ExtractedDirectories all)
    {
        public List<(byte[] Path, ulong Inode, TarFileEntry Entry)> Entries { get; } = [];

        /// <param name="path">In the root; empty for the root itself.</param>
        public void Add(ReadOnlySpan<byte> path, FileStatus status, bool isNew, TarFileEntry entry)
        {
            if (isNew)
                all.created.TryAdd(status.Inode, true);
            Entries.Add((path.ToArray(), status.Inode, entry));
        }

        public void AddFileTo(DirectoryHandle parent) => all.changed.TryAdd(parent.Stat().Inode, true);

        /// <summary>That a directory is made in another: tar sets the outer one's time after that, dpkg before.</summary>
        public void AddDirectoryTo(DirectoryHandle parent)
        {
            if (all.keepsDirectories)
                AddFileTo(parent);
        }
    }
}
