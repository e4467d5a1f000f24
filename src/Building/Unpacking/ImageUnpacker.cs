using System.Security.Cryptography;
using System.Text;
using ImageSdk.Building.Layers;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Unpacking;

/// <summary>
/// Writes an image's tree into a directory: owners, then modes (which keeps set-uid bits), extended attributes, times.
/// Works from directory to directory by handle, so that nothing in the image can lead a write out of the target.
/// </summary>
public sealed class ImageUnpacker(IObjectSource objects, CancellationToken cancellation)
{
    const int BufferSize = 256 * 1024;

    /// <summary>Computed files have no content before a machine asks their generator: they become empty, with this time.</summary>
    static readonly PosixTime Epoch = new(0, 0);

    readonly Dictionary<ulong, (byte[] Path, DirectoryHandle Root)> firstNames = [];
    readonly byte[] buffer = new byte[BufferSize];

    /// <summary>Files written, for progress.</summary>
    public int FileCount { get; private set; }

    /// <param name="target">Must exist; what is in it already stays, and a name that is taken is an error.</param>
    /// <param name="setOwners">False where the caller may not give files away: then all belong to him.</param>
    /// <exception cref="ImageFormatException">The tree is not a proper one.</exception>
    /// <exception cref="IOException">Writing failed, or an object is not what its hash says.</exception>
    public void Unpack(FileSystem fileSystem, string target, bool setOwners = true)
    {
        FileSystemValidator.Validate(fileSystem);
        using var root = DirectoryHandle.Open(target);
        UnpackEntries(fileSystem, fileSystem.Root, root, [], root, setOwners);
        Finish(root, "."u8, fileSystem.Root, setOwners);
    }

    void UnpackEntries(
        FileSystem fileSystem, DirectoryInode directory, DirectoryHandle handle, byte[] path, DirectoryHandle root, bool setOwners)
    {
        foreach (var entry in directory.Entries)
        {
            cancellation.ThrowIfCancellationRequested();
            var name = entry.Name.Span;
            byte[] entryPath = path.Length == 0 ? name.ToArray() : [.. path, (byte)'/', .. name];
            var inode = fileSystem.InodeTable[entry.InodeNumber];
            if (inode is DirectoryInode below)
            {
                if (!handle.TryMakeDirectory(name, 0x1C0) && handle.Stat(name).Kind != FileKind.Directory)
                    throw new PosixException("mkdir", Encoding.UTF8.GetString(entryPath), Errno.Exists);
                using (var child = handle.OpenDirectory(name))
                    UnpackEntries(fileSystem, below, child, entryPath, root, setOwners);
                Finish(handle, name, below, setOwners);
            }
            else if (firstNames.TryGetValue(entry.InodeNumber, out var first))
                handle.MakeHardLink(name, first.Root, first.Path);
            else
            {
                Make(handle, name, inode, entryPath);
                Finish(handle, name, inode, setOwners);
                firstNames.Add(entry.InodeNumber, (entryPath, root));
            }
        }
    }

    void Make(DirectoryHandle handle, ReadOnlySpan<byte> name, Inode inode, byte[] path)
    {
        switch (inode)
        {
            case RegularInode regular:
                WriteFile(handle, name, regular, path);
                FileCount++;
                break;
            case ComputedInode:
                handle.CreateFile(name, 0x180).Dispose();
                break;
            case SymlinkInode symlink:
                handle.MakeSymlink(name, symlink.Target.Span);
                break;
            case SpecialInode special:
                DevicePlaceholder.MakeNode(handle, name, special.Mode, special.Rdev);
                break;
        }
    }

    void WriteFile(DirectoryHandle handle, ReadOnlySpan<byte> name, RegularInode inode, byte[] path)
    {
        using var target = handle.CreateFile(name, 0x180);
        if (inode.Size == 0)
            return;
        using var content = objects.OpenRead(inode.Hash);
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        while (content.Read(buffer) is var read and > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            hasher.AppendData(buffer, 0, read);
            target.Write(buffer, 0, read);
        }
        Span<byte> hash = stackalloc byte[ObjectHash.Size];
        hasher.GetHashAndReset(hash);
        if (new ObjectHash(hash) != inode.Hash)
            throw new IOException($"The object of /{Encoding.UTF8.GetString(path)} is damaged: its content does not have the hash {inode.Hash}.");
    }

    static void Finish(DirectoryHandle handle, ReadOnlySpan<byte> name, Inode inode, bool setOwners)
    {
        if (setOwners)
            handle.SetOwner(name, inode.Uid, inode.Gid);
        if (inode is ModedInode moded)
            handle.SetPermissions(name, moded.Mode & 0xFFF);
        foreach (var (attribute, value) in inode.ExtendedAttributes)
            if (setOwners || attribute.Span.StartsWith("user."u8))
                handle.SetAttribute(name, attribute.Span, value.Span);
        PosixTime? time = inode switch
        {
            RegularInode regular => ToPosix(regular.Mtime),
            SpecialInode special => ToPosix(special.Mtime),
            DirectoryInode { Mtime: { } mtime } => ToPosix(mtime),
            ComputedInode => Epoch,
            _ => null,
        };
        if (time is { } mtimeToSet)
            handle.SetTimes(name, mtimeToSet);
    }

    static PosixTime ToPosix(FileTime time) => new(time.Seconds, time.Nanoseconds);
}
