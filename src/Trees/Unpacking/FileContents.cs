using System.Buffers;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees.Unpacking;

/// <summary>The files of a tree by their objects: writes each object to all files that have that content.</summary>
sealed class FileContents(DirectoryHandle root, bool setOwners) : IKeepingSink
{
    const int BufferSize = 1 << 18;

    readonly List<WantedObject> objects = [];
    readonly List<List<(byte[] Path, RegularInode Inode)>> files = [];
    readonly Dictionary<ObjectHash, int> indexes = [];
    int fileCount;

    /// <summary>Files written.</summary>
    public int FileCount => Volatile.Read(ref fileCount);

    /// <summary>Each once, in the order of the first files.</summary>
    public IReadOnlyList<WantedObject> Objects => objects;

    /// <summary>Adds a file with content.</summary>
    /// <param name="path">Below the root. Its directory has to be there.</param>
    /// <exception cref="ImageFormatException">Another file has the same hash and another size.</exception>
    public void Add(byte[] path, RegularInode inode)
    {
        if (!indexes.TryGetValue(inode.Hash, out var index))
        {
            index = objects.Count;
            indexes.Add(inode.Hash, index);
            objects.Add(new(inode.Hash, inode.Size));
            files.Add([]);
        }
        if (objects[index].Size != inode.Size)
            throw new ImageFormatException(new ByteString(path), $"object {inode.Hash} with two sizes");
        files[index].Add((path, inode));
    }

    public void Take(int index, ReadOnlySpan<byte> content)
    {
        foreach (var (path, inode) in files[index])
        {
            using var file = root.CreateBeneath(path, NewMode(inode));
            file.WriteSparse(content);
            Finish(file, inode, ToPosix(inode.Mtime), setOwners);
            Interlocked.Increment(ref fileCount);
        }
    }

    public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation) =>
        (await KeepAsync(index, content, cancellation)).Dispose();

    public async ValueTask<KeptObject> KeepAsync(int index, Stream content, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var (path, inode) = files[index][0];
        var file = root.CreateReadableBeneath(path, NewMode(inode));
        try
        {
            await WriteAsync(file, path, content, buffer, cancellation);
            // The others before its mode is set, which may not let it be read.
            foreach (var (other, otherInode) in files[index].Skip(1))
                Copy(path, other, otherInode, buffer, cancellation);
            Finish(file, inode, ToPosix(inode.Mtime), setOwners);
            Interlocked.Add(ref fileCount, files[index].Count);
            file.Rewind();
            return new KeptObject(file.Read, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The permissions to make a file with, so that mostly nothing is left to set; no set-uid bits before it has its owner.</summary>
    public static uint NewMode(ModedInode inode) => inode.Mode & Permissions.All;

    /// <summary>Sets what the image says of an open file, the time last.</summary>
    /// <param name="time">Null leaves it.</param>
    public static void Finish(OpenFile file, ModedInode inode, PosixTime? time, bool setOwners)
    {
        // The umask, the directory's group and lists of access rights have a say in what a new file gets. To look is cheaper than to set.
        var (uid, gid, permissions) = file.ReadOwnership();
        var isOthers = setOwners && (uid, gid) != (inode.Uid, inode.Gid);
        if (isOthers)
            file.SetOwner(inode.Uid, inode.Gid);
        if (isOthers || permissions != (inode.Mode & InodeMode.PermissionMask))
            file.SetPermissions(inode.Mode & InodeMode.PermissionMask);
        foreach (var (attribute, value) in inode.ExtendedAttributes)
            if (IsSettable(attribute, setOwners))
                file.SetAttribute(attribute.Span, value.Span);
        if (time is { } known)
            file.SetTimes(known);
    }

    /// <summary>Whether an attribute can be set by those who cannot give files away.</summary>
    public static bool IsSettable(ByteString attribute, bool isPrivileged) => isPrivileged || attribute.Span.StartsWith("user."u8);

    async Task WriteAsync(OpenFile file, byte[] path, Stream content, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            for (int count; (count = await content.ReadAsync(buffer, cancellation)) > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                file.WriteSparse(buffer.AsSpan(0, count));
            }
        }
        catch
        {
            // The object may come again, from another connection.
            using var directory = root.OpenDirectoryBeneath(BytePath.ParentOf(path));
            directory.Unlink(BytePath.NameOf(path));
            throw;
        }
    }

    void Copy(byte[] from, byte[] to, RegularInode inode, byte[] buffer, CancellationToken cancellation)
    {
        using var source = root.OpenBeneath(from);
        using var file = root.CreateBeneath(to, NewMode(inode));
        for (int count; (count = source.ReadSparse(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            file.WriteSparse(buffer.AsSpan(0, count));
        }
        Finish(file, inode, ToPosix(inode.Mtime), setOwners);
    }

    public static PosixTime ToPosix(FileTime time) => new(time.Seconds, time.Nanoseconds);
}
