using System.Runtime.ExceptionServices;
using System.Text;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees.Unpacking;

/// <summary>
/// Writes an image's tree into a directory: owners, then modes (which keeps set-uid bits), extended attributes, times.
/// Works by handle and without following a link, so that nothing in the image can lead a write out of the target. Each
/// object is fetched once; files are written by several threads.
/// </summary>
public sealed class ImageUnpacker(IObjectFetcher objects, CancellationToken cancellation)
{
    const uint OwnerOnly = Permissions.OwnerDirectory;

    /// <summary>Computed files have no content before a machine asks their generator: they become empty, with this time.</summary>
    static readonly PosixTime Epoch = new(0, 0);

    readonly Dictionary<ulong, byte[]> firstNames = [];
    readonly List<(byte[] Path, byte[] Name, byte[] Existing)> links = [];
    readonly List<(byte[] Path, DirectoryInode Inode)> directories = [];

    // By depth: those of one depth are made side by side.
    readonly List<List<(byte[] Parent, List<byte[]> Names)>> directoryLevels = [];

    // Of each directory what is neither a directory nor has an object.
    readonly List<(byte[] Directory, List<(byte[] Path, Inode Inode)> Entries)> others = [];
    FileContents? contents;
    int emptyCount;

    /// <summary>Files written, for progress.</summary>
    public int FileCount => emptyCount + (contents?.FileCount ?? 0);

    /// <summary>Whether the caller has validated the tree, which takes its time where it is large.</summary>
    public bool IsValidated { get; init; }

    /// <summary>Content for computed files; without it, or where it returns null, they are empty.</summary>
    public Func<ByteString, byte[]?>? ComputeFile { get; init; }

    /// <inheritdoc cref="UnpackAsync(FileSystem, string, bool)"/>
    public void Unpack(FileSystem fileSystem, string target, bool setOwners = true) =>
        UnpackAsync(fileSystem, target, setOwners).GetAwaiter().GetResult();

    /// <param name="fileSystem">What to write.</param>
    /// <param name="target">Must exist; what is in it already stays, and a name that is taken is an error.</param>
    /// <param name="setOwners">False where the caller may not give files away: then all belong to him.</param>
    /// <exception cref="ImageFormatException">The tree is not a proper one.</exception>
    /// <exception cref="IOException">Writing failed, or an object is not what its hash says.</exception>
    public async Task UnpackAsync(FileSystem fileSystem, string target, bool setOwners = true)
    {
        using var root = DirectoryHandle.Open(target);
        await UnpackAsync(fileSystem, root, setOwners);
    }

    /// <param name="root">The target, open: whatever becomes of its name meanwhile.</param>
    /// <inheritdoc cref="UnpackAsync(FileSystem, string, bool)"/>
    public async Task UnpackAsync(FileSystem fileSystem, DirectoryHandle root, bool setOwners = true)
    {
        if (!IsValidated)
            FileSystemValidator.Validate(fileSystem);
        contents = new FileContents(root, setOwners);
        Collect(fileSystem, fileSystem.Root, [], depth: 0);
        MakeDirectories(root);
        await FillAsync(root, setOwners);
        MakeLinks(root);
        FinishDirectories(root, setOwners);
        using var top = root.OpenBeneath("."u8);
        Finish(top, fileSystem.Root, setOwners);
    }

    void FinishDirectories(DirectoryHandle root, bool setOwners)
    {
        // For root no mode locks the way; for others what is below has to come first.
        if (setOwners)
            SideBySide(directories, directory => FinishDirectory(root, directory, setOwners));
        else
            foreach (var directory in Enumerable.Reverse(directories))
                FinishDirectory(root, directory, setOwners);
    }

    static void SideBySide<T>(IEnumerable<T> items, Action<T> action)
    {
        try
        {
            Parallel.ForEach(items, action);
        }
        catch (AggregateException problems)
        {
            ExceptionDispatchInfo.Throw(problems.InnerExceptions[0]);
        }
    }

    static void FinishDirectory(DirectoryHandle root, (byte[] Path, DirectoryInode Inode) directory, bool setOwners)
    {
        using var opened = root.OpenBeneath(directory.Path);
        Finish(opened, directory.Inode, setOwners);
    }

    /// <summary>Fetches objects, and makes what needs none meanwhile. Waits for both, and throws what failed first.</summary>
    async Task FillAsync(DirectoryHandle root, bool setOwners)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task[] work = [Task.Run(() => MakeOthers(root, setOwners, stop.Token), CancellationToken.None), FetchAsync(contents!, stop.Token)];
        var first = await Task.WhenAny(work);
        if (!first.IsCompletedSuccessfully)
            await stop.CancelAsync();
        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        await Task.WhenAll(work);
    }

    async Task FetchAsync(FileContents contents, CancellationToken stop)
    {
        try
        {
            await objects.FetchAsync(contents.Objects, contents, stop);
        }
        catch (InvalidDataException exception)
        {
            throw new IOException($"{exception.Message}.", exception);
        }
    }

    void Collect(FileSystem fileSystem, DirectoryInode directory, byte[] path, int depth)
    {
        cancellation.ThrowIfCancellationRequested();
        var small = new List<(byte[] Path, Inode Inode)>();
        var below = new List<byte[]>();
        foreach (var entry in directory.Entries)
        {
            var name = entry.Name.Span;
            byte[] entryPath = path.Length == 0 ? name.ToArray() : [.. path, (byte)'/', .. name];
            var inode = fileSystem.InodeTable[entry.InodeNumber];
            if (inode is DirectoryInode child)
            {
                below.Add(name.ToArray());
                directories.Add((entryPath, child));
                Collect(fileSystem, child, entryPath, depth + 1);
            }
            else if (!firstNames.TryAdd(entry.InodeNumber, entryPath))
                links.Add((path, name.ToArray(), firstNames[entry.InodeNumber]));
            else if (inode is RegularInode { Size: > 0 } regular)
                contents!.Add(entryPath, regular);
            else
                small.Add((entryPath, inode));
        }
        if (small.Count > 0)
            others.Add((path, small));
        if (below.Count == 0)
            return;
        while (directoryLevels.Count <= depth)
            directoryLevels.Add([]);
        directoryLevels[depth].Add((path, below));
    }

    void MakeDirectories(DirectoryHandle root)
    {
        foreach (var level in directoryLevels)
            SideBySide(level, directory =>
            {
                cancellation.ThrowIfCancellationRequested();
                using var parent = root.OpenDirectoryBeneath(directory.Parent);
                foreach (var name in directory.Names)
                    if (!parent.TryMakeDirectory(name, OwnerOnly) && parent.Stat(name).Kind != FileKind.Directory)
                        throw new PosixException("mkdir", $"{Encoding.UTF8.GetString(directory.Parent)}/{Encoding.UTF8.GetString(name)}".TrimStart('/'), Errno.Exists);
            });
    }

    void MakeOthers(DirectoryHandle root, bool setOwners, CancellationToken stop)
    {
        foreach (var (path, small) in others)
        {
            stop.ThrowIfCancellationRequested();
            using var parent = root.OpenDirectoryBeneath(path);
            foreach (var (entryPath, inode) in small)
                Make(parent, entryPath.AsSpan(path.Length == 0 ? 0 : path.Length + 1), inode, entryPath, setOwners);
        }
    }

    void Make(DirectoryHandle handle, ReadOnlySpan<byte> name, Inode inode, byte[] path, bool setOwners)
    {
        switch (inode)
        {
            case RegularInode regular:
                using (var file = handle.CreateBeneath(name, FileContents.NewMode(regular)))
                    FileContents.Finish(file, regular, FileContents.ToPosix(regular.Mtime), setOwners);
                emptyCount++;
                return;
            case ComputedInode computed:
                using (var file = handle.CreateBeneath(name, FileContents.NewMode(computed)))
                {
                    var content = ComputeFile?.Invoke(new ByteString([(byte)'/', .. path]));
                    file.Write(content);
                    FileContents.Finish(file, computed, content is null ? Epoch : null, setOwners);
                }
                return;
            case SymlinkInode symlink:
                handle.MakeSymlink(name, symlink.Target.Span);
                break;
            case SpecialInode special:
                DevicePlaceholder.MakeNode(handle, name, special.Mode, special.Rdev);
                break;
        }
        if (setOwners)
            handle.SetOwner(name, inode.Uid, inode.Gid);
        if (inode is ModedInode moded)
            handle.SetPermissions(name, moded.Mode & InodeMode.PermissionMask);
        foreach (var (attribute, value) in inode.ExtendedAttributes)
            if (FileContents.IsSettable(attribute, setOwners))
                handle.SetAttribute(name, attribute.Span, value.Span);
        if (inode is SpecialInode { Mtime: var time })
            handle.SetTimes(name, FileContents.ToPosix(time));
    }

    void MakeLinks(DirectoryHandle root)
    {
        foreach (var (path, name, existing) in links)
        {
            using var parent = root.OpenDirectoryBeneath(path);
            parent.MakeHardLink(name, root, existing);
        }
    }

    static void Finish(OpenFile directory, DirectoryInode inode, bool setOwners) =>
        FileContents.Finish(directory, inode, inode.Mtime is { } time ? FileContents.ToPosix(time) : null, setOwners);
}
