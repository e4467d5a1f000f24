using System.Threading.Channels;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees.Scanning;

/// <summary>
/// Makes the file system of a directory tree by the original's rules: what is on another device is left out, mount points
/// too, as are sockets, ".subd" at the top, and what the filter matches, with all below it. Inode numbers are those of the
/// tree, so hard links stay. The files are hashed by several threads while the tree is still being walked.
/// </summary>
public sealed class DirectoryScanner(string directory, Filter? filter = null) : IObjectSource, IDisposable
{
    readonly DirectoryHandle root = DirectoryHandle.Open(directory);
    readonly ScannedFiles files = new();
    readonly LargeFiles largeFiles = new(Environment.ProcessorCount);
    readonly Dictionary<ulong, Inode> inodes = [];

    /// <summary>Files hashed so far, for progress.</summary>
    public long FileCount => files.HashedCount;

    /// <summary>Bytes hashed so far, for progress.</summary>
    public long ByteCount => files.HashedBytes;

    /// <summary>Scans the tree, once.</summary>
    /// <param name="offer">Gets the objects as they are found, from several threads; may be null.</param>
    /// <exception cref="IOException">The tree cannot be read, or changes meanwhile.</exception>
    /// <exception cref="ImageFormatException">The tree has a directory twice.</exception>
    public async Task<FileSystem> ScanAsync(Func<OfferedBatch, ValueTask>? offer = null, CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var work = Channel.CreateUnbounded<ScannedFile>(new() { SingleWriter = true });
        Task[] hashing =
        [
            .. Enumerable.Range(0, Environment.ProcessorCount).Select(hand => Task.Run(async () =>
            {
                try
                {
                    await new FileHasher(root, files, () => largeFiles.ShareOf(hand), offer).RunAsync(work.Reader, stop.Token);
                }
                catch
                {
                    await stop.CancelAsync();
                    throw;
                }
            })),
        ];
        var status = root.Stat();
        DirectoryInode top;
        try
        {
            top = ToDirectory(root, status) with { Entries = Walk(root, [], status.Device, work.Writer, stop.Token) };
        }
        catch (Exception problem)
        {
            await stop.CancelAsync();
            // What failed first: a thread that hashes has cancelled the walk, or the walk ends them.
            var ended = Task.WhenAll(hashing);
            await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (problem is OperationCanceledException && ended.IsFaulted)
                await ended;
            throw;
        }
        work.Writer.Complete();
        await Task.WhenAll(hashing);
        foreach (var file in files.All)
            inodes[file.Number] = file.Inode;
        return FileSystem.Create(top, inodes);
    }

    /// <summary>Reads a file again.</summary>
    public Stream OpenRead(ObjectHash hash) => root.OpenRead(files.PathOf(hash) ??
        throw new FileNotFoundException($"no file of {directory} has the content {hash}"));

    public void Dispose() => root.Dispose();

    DirectoryEntry[] Walk(DirectoryHandle handle, byte[] path, ulong device, ChannelWriter<ScannedFile> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var names = handle.ReadNames();
        var entries = new List<DirectoryEntry>(names.Count);
        foreach (var name in names)
        {
            if (path.Length == 0 && name.AsSpan().SequenceEqual(".subd"u8))
                continue;
            byte[] rooted = [.. path, (byte)'/', .. name];
            if (filter?.Matches(rooted) == true || handle.TryStat(name) is not { } status)
                continue;
            if (rooted.Length > PathLimits.Path)
                throw new ImageFormatException(new ByteString(rooted), PathLimits.FindFault(rooted)!);
            if (status.Device != device || status.Kind is FileKind.Socket or FileKind.Unknown)
                continue;
            entries.Add(new(new ByteString(name), status.Inode));
            if (inodes.TryGetValue(status.Inode, out var known))
                RequireSame(rooted, known, status);
            else if (status.Kind == FileKind.Directory)
            {
                using var child = handle.OpenDirectory(name);
                var inode = ToDirectory(child, status);
                // In the table before its entries, so that a directory that holds itself is found.
                inodes.Add(status.Inode, inode);
                inodes[status.Inode] = inode with { Entries = Walk(child, rooted, device, work, cancellation) };
            }
            else
                inodes.Add(status.Inode, ToInode(handle, name, rooted, status, work));
        }
        return [.. entries];
    }

    Inode ToInode(DirectoryHandle handle, byte[] name, byte[] path, FileStatus status, ChannelWriter<ScannedFile> work)
    {
        switch (status.Kind)
        {
            case FileKind.Symlink:
                return new SymlinkInode { Uid = status.Uid, Gid = status.Gid, Target = new ByteString(handle.ReadLink(name)) };
            case FileKind.Regular:
                var file = new ScannedFile(path.AsMemory(1), status.Inode, new()
                {
                    Mode = status.Mode, Uid = status.Uid, Gid = status.Gid, Mtime = ToTime(status.Mtime), Size = status.Size,
                });
                if (file.Inode.Size >= LargeFiles.MinSize)
                    largeFiles.Add(file);
                else
                    work.TryWrite(file);
                return file.Inode;
            default:
                return new SpecialInode
                {
                    Mode = status.Mode, Uid = status.Uid, Gid = status.Gid, Mtime = ToTime(status.Mtime), Rdev = status.Rdev,
                };
        }
    }

    static void RequireSame(byte[] path, Inode known, FileStatus status)
    {
        var isSame = known switch
        {
            DirectoryInode => throw new ImageFormatException(new ByteString(path), "hard-linked or recursive directory"),
            SymlinkInode => status.Kind == FileKind.Symlink,
            RegularInode => status.Kind == FileKind.Regular,
            _ => status.Kind is FileKind.BlockDevice or FileKind.CharacterDevice or FileKind.Fifo,
        };
        if (!isSame)
            throw new ImageFormatException(new ByteString(path), $"inode changed type: {status.Inode}");
    }

    static DirectoryInode ToDirectory(DirectoryHandle handle, FileStatus status)
    {
        using var opened = handle.OpenBeneath("."u8);
        return new()
        {
            Mode = status.Mode, Uid = status.Uid, Gid = status.Gid, Mtime = ToTime(status.Mtime),
            ExtendedAttributes = FileHasher.ReadAttributes(opened),
        };
    }

    static FileTime ToTime(PosixTime time) => new(time.Seconds, time.Nanoseconds);
}
