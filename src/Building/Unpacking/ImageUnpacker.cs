using System.Text;
using ImageSdk.Building.Layers;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Unpacking;

/// <summary>
/// Writes an image's tree into a directory: owners, then modes (which keeps set-uid bits), extended attributes, times.
/// Works by handle and without following a link, so that nothing in the image can lead a write out of the target. Each
/// object is fetched once; files are written by several threads.
/// </summary>
public sealed class ImageUnpacker(IObjectFetcher objects, CancellationToken cancellation)
{
    const uint OwnerOnly = 0x1C0;

    /// <summary>Computed files have no content before a machine asks their generator: they become empty, with this time.</summary>
    static readonly PosixTime Epoch = new(0, 0);

    readonly Dictionary<ulong, byte[]> firstNames = [];
    readonly List<(byte[] Path, byte[] Name, byte[] Existing)> links = [];
    readonly List<(byte[] Path, DirectoryInode Inode)> directories = [];
    FileContents? contents;
    int emptyCount;

    /// <summary>Files written, for progress.</summary>
    public int FileCount => emptyCount + (contents?.FileCount ?? 0);

    /// <summary>Content for computed files; without it, or where it returns null, they are empty.</summary>
    public Func<ByteString, byte[]?>? ComputeFile { get; init; }

    /// <inheritdoc cref="UnpackAsync"/>
    public void Unpack(FileSystem fileSystem, string target, bool setOwners = true) =>
        UnpackAsync(fileSystem, target, setOwners).GetAwaiter().GetResult();

    /// <param name="fileSystem">What to write.</param>
    /// <param name="target">Must exist; what is in it already stays, and a name that is taken is an error.</param>
    /// <param name="setOwners">False where the caller may not give files away: then all belong to him.</param>
    /// <exception cref="ImageFormatException">The tree is not a proper one.</exception>
    /// <exception cref="IOException">Writing failed, or an object is not what its hash says.</exception>
    public async Task UnpackAsync(FileSystem fileSystem, string target, bool setOwners = true)
    {
        FileSystemValidator.Validate(fileSystem);
        using var root = DirectoryHandle.Open(target);
        contents = new FileContents(root, setOwners);
        MakeEntries(fileSystem, fileSystem.Root, root, [], setOwners);
        await FetchAsync(contents);
        MakeLinks(root);
        // What is below first: a time would not last, and a mode might lock the way.
        for (var index = directories.Count - 1; index >= 0; index--)
        {
            using var directory = root.OpenBeneath(directories[index].Path);
            Finish(directory, directories[index].Inode, setOwners);
        }
        using var top = root.OpenBeneath("."u8);
        Finish(top, fileSystem.Root, setOwners);
    }

    async Task FetchAsync(FileContents contents)
    {
        try
        {
            await objects.FetchAsync(contents.Objects, contents, cancellation);
        }
        catch (InvalidDataException exception)
        {
            throw new IOException($"{exception.Message}.", exception);
        }
    }

    void MakeEntries(FileSystem fileSystem, DirectoryInode directory, DirectoryHandle handle, byte[] path, bool setOwners)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (var entry in directory.Entries)
        {
            var name = entry.Name.Span;
            byte[] entryPath = path.Length == 0 ? name.ToArray() : [.. path, (byte)'/', .. name];
            var inode = fileSystem.InodeTable[entry.InodeNumber];
            if (inode is DirectoryInode below)
            {
                if (!handle.TryMakeDirectory(name, OwnerOnly) && handle.Stat(name).Kind != FileKind.Directory)
                    throw new PosixException("mkdir", Encoding.UTF8.GetString(entryPath), Errno.Exists);
                directories.Add((entryPath, below));
                using var child = handle.OpenDirectory(name);
                MakeEntries(fileSystem, below, child, entryPath, setOwners);
            }
            else if (!firstNames.TryAdd(entry.InodeNumber, entryPath))
                links.Add((path, name.ToArray(), firstNames[entry.InodeNumber]));
            else if (inode is RegularInode { Size: > 0 } regular)
                contents!.Add(entryPath, regular);
            else
                Make(handle, name, inode, entryPath, setOwners);
        }
    }

    void Make(DirectoryHandle handle, ReadOnlySpan<byte> name, Inode inode, byte[] path, bool setOwners)
    {
        switch (inode)
        {
            case RegularInode regular:
                using (var file = handle.CreateBeneath(name, 0x180))
                    FileContents.Finish(file, regular, ToPosix(regular.Mtime), setOwners);
                emptyCount++;
                return;
            case ComputedInode computed:
                using (var file = handle.CreateBeneath(name, 0x180))
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
            handle.SetTimes(name, ToPosix(time));
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
        FileContents.Finish(directory, inode, inode.Mtime is { } time ? ToPosix(time) : null, setOwners);

    internal static PosixTime ToPosix(FileTime time) => new(time.Seconds, time.Nanoseconds);
}
