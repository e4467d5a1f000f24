using ImageSdk.Archives;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Trees;

/// <summary>Writes an image's tree as a tar file, in the order of the tree, with names that start with "./", as the original does.</summary>
public sealed class TarImageWriter(IObjectFetcher objects, CancellationToken cancellation)
{
    static readonly byte[] Zeros = new byte[2 * TarHeader.BlockSize];

    /// <summary>Content for computed files; without it, or where it returns null, they are empty.</summary>
    public Func<ByteString, byte[]?>? ComputeFile { get; init; }

    /// <exception cref="ImageFormatException">The tree is not a proper one.</exception>
    /// <exception cref="IOException">Writing failed, or an object is unavailable.</exception>
    public async Task WriteAsync(FileSystem fileSystem, Stream output)
    {
        FileSystemValidator.Validate(fileSystem);
        WantedObject[] wanted =
        [
            .. fileSystem.Index.Entries.Where(entry => entry.InodeNumber is not null).DistinctBy(entry => entry.InodeNumber)
                .Select(entry => entry.Inode).OfType<RegularInode>().Where(file => file.Size > 0).Select(file => new WantedObject(file.Hash, file.Size)),
        ];
        await using var contents = OrderedFetch.ReadAsync(objects, wanted, cancellation).GetAsyncEnumerator(cancellation);
        var firstNames = new Dictionary<ulong, ByteString>();
        foreach (var (path, number, inode) in fileSystem.Index.Entries)
        {
            cancellation.ThrowIfCancellationRequested();
            var name = inode is DirectoryInode ? Named(path, "/"u8) : Named(path, []);
            if (inode is not DirectoryInode && !firstNames.TryAdd(number!.Value, path))
            {
                ToHeader(name, inode, Named(firstNames[number.Value], [])).Write(output);
                continue;
            }
            var computed = inode is ComputedInode ? ComputeFile?.Invoke(path) : null;
            ToHeader(name, inode, null, (ulong)(computed?.Length ?? 0)).Write(output);
            if (computed is not null)
                output.Write(computed);
            if (inode is RegularInode { Size: > 0 } && await contents.MoveNextAsync())
                await contents.Current.CopyToAsync(output, cancellation);
            var size = inode is RegularInode regular ? regular.Size : (ulong)(computed?.Length ?? 0);
            output.Write(Zeros.AsSpan(0, TarHeader.Padding(size)));
        }
        output.Write(Zeros);
    }

    // "./" for the root, "./etc/" for a directory, "./etc/passwd" for the others.
    static ByteString Named(ByteString path, ReadOnlySpan<byte> ending) =>
        path.Length == 1 ? "./" : new ByteString([(byte)'.', .. path.Span, .. ending]);

    /// <param name="link">The first name of an inode that has been written; null where this is the first.</param>
    static TarHeader ToHeader(ByteString name, Inode inode, ByteString? link, ulong computedSize = 0)
    {
        var time = inode switch
        {
            RegularInode regular => regular.Mtime,
            SpecialInode special => special.Mtime,
            _ => default,
        };
        return new()
        {
            Name = name,
            Type = link is not null ? '1' : TarHeader.TypeOf(inode),
            LinkName = link ?? (inode is SymlinkInode symlink ? symlink.Target : default),
            Mode = inode is ModedInode moded ? moded.Mode : Permissions.All,
            Uid = inode.Uid,
            Gid = inode.Gid,
            Size = link is not null ? 0 : inode is RegularInode file ? file.Size : computedSize,
            Mtime = time,
            DeviceMajor = inode is SpecialInode device ? device.Rdev >> 8 : 0,
            DeviceMinor = inode is SpecialInode node ? node.Rdev & 0xFF : 0,
        };
    }
}
