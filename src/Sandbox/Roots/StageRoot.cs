using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Kernel;
using ImageSdk.Sandbox.Limits;

namespace ImageSdk.Sandbox.Roots;

/// <summary>
/// A root to work on: the layers below, joined by an overlay mount, and an upper directory that takes every change. The
/// mount exists in the worker's namespace only, so that nothing is left when the worker ends, however it ends.
/// </summary>
sealed class StageRoot : IDisposable
{
    readonly WorkerSession session;
    readonly string directory;
    readonly List<(string Path, FileStatus Status)> unchanged = [];
    bool mounted;

    /// <param name="layers">The lowest first; none for a root that starts empty.</param>
    public StageRoot(WorkerSession session, IReadOnlyList<string> layers)
        : this(session, session.NextRootDirectory(), [.. layers.Select(LayerStore.TreeOf)])
    {
    }

    StageRoot(WorkerSession session, string directory, IReadOnlyList<string> trees)
    {
        this.session = session;
        this.directory = directory;
        Upper = Path.Combine(directory, "u");
        RootPath = Path.Combine(directory, "r");
        Directory.CreateDirectory(Upper);
        Directory.CreateDirectory(RootPath);
        if (trees.Count == 0)
            Mounts.Mount(Upper, RootPath, null, Mounts.Options.Bind);
        else
            MountOverlay(trees);
        mounted = true;
    }

    /// <summary>A root on trees that need not be layers.</summary>
    /// <param name="trees">Directories in the cache, from its root; the lowest first.</param>
    public static StageRoot On(WorkerSession session, IReadOnlyList<string> trees) => new(session, session.NextRootDirectory(), trees);

    /// <summary>What may come into its layer.</summary>
    public ResourceLimits Limits { get; set; } = new();

    /// <summary>Where the root is mounted.</summary>
    public string RootPath { get; }

    /// <summary>Where the sandbox's /dev is made.</summary>
    public string DevicesPath => Path.Combine(directory, "d");

    /// <summary>Where programs of the root are mounted that have a stand-in meanwhile: out of the reach of what runs in it.</summary>
    public string ProgramsPath => Path.Combine(directory, "p");

    /// <summary>Where changes land.</summary>
    public string Upper { get; }

    void MountOverlay(IReadOnlyList<string> trees)
    {
        TakeOverRootDirectory(trees[^1]);
        // Names are relative to the cache's folder, which is the worker's current directory: they are short, and a user's folder may
        // hold the separators "," and ":".
        var own = Path.GetRelativePath(session.Store.Root, directory);
        var (upper, work) = ($"{own}/u", $"{own}/w");
        // The index keeps hard links whole while commands run (the kernel has none in a user namespace).
        // Changes must lie in the upper directory as plain files; nothing of a stage needs to survive a power cut.
        var options = WorkerEnvironment.IsRootless
            ? "userxattr,volatile"
            : "index=on,metacopy=off,redirect_dir=off,xino=off,volatile";
        // The kernel takes no layer twice. Of two the upper one says all: it has the same names, and hides the same ones.
        var stack = new LayerStack(session);
        var lower = stack.Lower(
            [.. trees.Reverse().Distinct().Reverse()], joined => Overlay.TakesLayersOneByOne || Overlay.FitsOnePage(joined, upper, work, options));
        stack.Check(lower);
        try
        {
            Overlay.Mount(RootPath, [.. lower.Reverse()], upper, work, options);
        }
        catch (PosixException exception)
        {
            throw new BuildException("IMG3004",
                $"The {lower.Count} layers of the image could not be mounted with overlayfs ({exception.Message}). "
                + $"The cache folder {session.Store.Root} must be on a file system that overlayfs can write to, such as ext4, xfs, btrfs or tmpfs"
                + " (in a container: not its own root, but a volume; see ImageCacheDirectory).",
                inner: exception);
        }
    }

    // The root directory's own owner and mode are the upper directory's: start with those of the layer below.
    void TakeOverRootDirectory(string tree)
    {
        using var lower = DirectoryHandle.Open(Path.Combine(session.Store.Root, tree));
        using var upper = DirectoryHandle.Open(Upper);
        var status = lower.Stat();
        upper.SetOwner("."u8, status.Uid, status.Gid);
        upper.SetPermissions("."u8, status.Permissions);
        upper.SetTimes("."u8, status.Mtime);
    }

    public DirectoryHandle Open() => DirectoryHandle.Open(RootPath);

    public void Unmount()
    {
        if (!mounted)
            return;
        mounted = false;
        // A bootstrap program that was ended may have left mounts of the machine's own directories.
        Mounts.DetachBelow(directory);
    }

    /// <summary>Lets a file be as it is below when the root settles, where it still has a status then. The upper directory has it though nothing of it changed.</summary>
    public void RevertIfUnchanged(string path, FileStatus status) => unchanged.Add((path, status));

    /// <summary>Makes a layer of what changed. Whoever comes second with the same key keeps the first one's.</summary>
    /// <param name="below">The layers that the root stands on.</param>
    /// <param name="packages">List of installed packages, for the layer that seals an image.</param>
    public LayerIndex Commit(string layerId, IReadOnlyList<string> below, string inputs, string log, string? packages = null)
    {
        Settle(below, []);
        return Keep(layerId, below, inputs, log, packages, []);
    }

    /// <summary>Unmounts the root, and makes the upper directory what a layer has to be.</summary>
    /// <param name="below">The layers that the root stands on.</param>
    /// <param name="reverted">Paths where all stays as it was below, whatever was done there.</param>
    public void Settle(IReadOnlyList<string> below, IReadOnlyList<string> reverted)
    {
        if (below.Count > 0)
            using (var root = Open())
                HardLinks.Restore(session.Store, below, Upper, root);
        Unmount();
        using (var upper = DirectoryHandle.Open(Upper))
            foreach (var path in reverted)
                upper.RemoveTree(Encoding.UTF8.GetBytes(path));
        RevertUnchanged();
        if (WorkerEnvironment.IsRootless)
            DeviceNodes.Adopt(Upper);
    }

    void RevertUnchanged()
    {
        using var upper = DirectoryHandle.Open(Upper);
        foreach (var (path, status) in unchanged)
        {
            var name = Encoding.UTF8.GetBytes(path);
            if (upper.StatInRoot(BytePath.ParentOf(name)) is not { Kind: FileKind.Directory })
                continue;
            using var parent = upper.OpenDirectoryInRoot(BytePath.ParentOf(name));
            if (parent.TryStat(BytePath.NameOf(name)) is not { } present || Identify(present) != Identify(status))
                continue;
            var time = parent.Stat().Mtime;
            parent.Unlink(BytePath.NameOf(name));
            parent.SetTimes("."u8, time);
        }

        static (ulong, uint, uint, uint, ulong, uint, PosixTime) Identify(FileStatus status) => (status.Inode, status.Mode, status.Uid, status.Gid, status.Size, status.LinkCount, status.Mtime);
    }

    /// <summary>Puts the settled upper directory into the cache as a layer. Others may have it mounted below theirs.</summary>
    /// <param name="below">The layers that the root stands on; all of them are in the cache.</param>
    /// <param name="packages">List of installed packages, for the layer that seals an image.</param>
    /// <param name="parts">The uppermost of the layers below that this one brings along: who stands on it stands on them.</param>
    public LayerIndex Keep(string layerId, IReadOnlyList<string> below, string inputs, string log, string? packages, IReadOnlyList<string> parts)
    {
        var index = LayerScanner.Scan(Upper, withRoot: true, session.Cancellation, Limits.Entries);
        index = StandInCopies.Replace(index, Upper, [.. below.Select(id => Path.Combine(session.Store.LayerDirectory(id), "t"))], KernelFiles.Covered);
        if (Limits.Disk > 0 && index.Measure().Bytes > (ulong)Limits.Disk)
            throw CommandBounds.Exceeded(CommandBounds.DescribeDisk(Limits), "");
        var isEmpty = below.Count > 0 && index.Entries.Count == 1 && IsRootOf(below[^1]);
        session.Cancellation.ThrowIfCancellationRequested();
        LayerWriter.Write(session.Store, Upper, Path.Combine(directory, "layer"), new(layerId, inputs, log, packages, isEmpty, parts, index));
        return index;
    }

    bool IsRootOf(string below)
    {
        using var lower = DirectoryHandle.Open(Path.Combine(session.Store.LayerDirectory(below), "t"));
        using var upper = DirectoryHandle.Open(Upper);
        var (left, right) = (lower.Stat(), upper.Stat());
        return (left.Mode, left.Uid, left.Gid) == (right.Mode, right.Uid, right.Gid);
    }

    public void Dispose()
    {
        Unmount();
        using var handle = DirectoryHandle.Open(session.Directory);
        handle.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(directory)));
    }
}
