using System.Buffers;
using ImageSdk.Archives;
using ImageSdk.Images;
using ImageSdk.Packages.Cache;
using ImageSdk.Posix;
using ImageSdk.Trees;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Debian.Dpkg;

/// <summary>
/// Writes the files of packages of the cache into a root, several packages side by side, as tar would with
/// --keep-directory-symlink: a link to a directory stays where a package has the directory. Names are followed as below a
/// root of one's own, so that nothing is written outside it.
/// </summary>
static class PackageExtractor
{
    const int BufferSize = 1 << 18;

    /// <param name="keepsDirectories">
    /// Whether a directory that is there stays as it is, as with dpkg; or else gets the package's owner and mode, as with tar.
    /// </param>
    /// <exception cref="InvalidDataException">A package's content is damaged.</exception>
    /// <exception cref="PosixException">It cannot be written.</exception>
    public static void Extract(IReadOnlyList<CachedPackage> packages, string root, bool keepsDirectories, CancellationToken cancellation)
    {
        var directories = new ExtractedDirectories(packages.Count, keepsDirectories);
        // The large ones first, so that the last thread does not work alone for long.
        var bySize = packages.Index().OrderByDescending(package => new FileInfo(package.Item.File).Length).ToList();
        Parallel.ForEach(bySize, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, package =>
        {
            using var handle = DirectoryHandle.Open(root);
            Extract(package.Item, handle, directories.Of(package.Index));
        });
        using var whole = DirectoryHandle.Open(root);
        directories.Finish(whole);
    }

    static void Extract(CachedPackage package, DirectoryHandle root, ExtractedDirectories.OfPackage directories)
    {
        using var file = new FileStream(package.File, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 12);
        var data = PackageContents.Data(file);
        var tar = new FileRange(file.SafeFileHandle, data.Start, data.Length);
        var reader = new TarFileReader(tar);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        DirectoryHandle? parent = null;
        byte[] parentPath = [];
        var hasFile = false;
        try
        {
            while (reader.Read() is { } entry)
            {
                var path = PackageContents.Trim(entry.Name.Span);
                if (path.IsEmpty)
                {
                    directories.Add([], root.Stat(), isNew: false, entry);
                    continue;
                }
                var directory = BytePath.ParentOf(path);
                if (parent is null || !directory.SequenceEqual(parentPath))
                {
                    parent?.Dispose();
                    parent = null;
                    parent = root.OpenDirectoryInRoot(directory);
                    parentPath = directory.ToArray();
                    hasFile = false;
                }
                if (entry.Type == '5')
                {
                    MakeDirectory(entry, root, parent, path, directories);
                    continue;
                }
                if (!hasFile)
                    directories.AddFileTo(parent);
                hasFile = true;
                Write(entry, root, parent, BytePath.NameOf(path), file.SafeFileHandle, data.Start, buffer);
            }
        }
        finally
        {
            parent?.Dispose();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static void MakeDirectory(
        TarFileEntry entry, DirectoryHandle root, DirectoryHandle parent, ReadOnlySpan<byte> path, ExtractedDirectories.OfPackage directories)
    {
        var name = BytePath.NameOf(path);
        var isNew = parent.TryMakeDirectory(name, Permissions.Directory);
        if (isNew)
            directories.AddDirectoryTo(parent);
        if (!isNew && root.StatInRoot(path) is not { Kind: FileKind.Directory })
            throw new InvalidDataException($"{entry.Name} is a directory in one package and something else in another");
        // A link to a directory stays as it is.
        if (parent.Stat(name) is { Kind: FileKind.Directory } status)
            directories.Add(path, status, isNew, entry);
    }

    static void Write(
        TarFileEntry entry, DirectoryHandle root, DirectoryHandle parent, ReadOnlySpan<byte> name, SafeFileHandle content, long start, byte[] buffer)
    {
        var isFile = entry.Type is '0' or '\0' or '7';
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (isFile)
                    WriteFile(entry, parent, name, content, start, buffer);
                else
                    MakeOther(entry, root, parent, name);
                return;
            }
            catch (PosixException exception) when (exception.Error == Errno.Exists && attempt < 3)
            {
                parent.Unlink(name);
            }
        }
    }

    static void WriteFile(TarFileEntry entry, DirectoryHandle parent, ReadOnlySpan<byte> name, SafeFileHandle content, long start, byte[] buffer)
    {
        using var target = parent.CreateBeneath(name, Permissions.OwnerFile);
        for (var done = 0L; done < entry.Length;)
        {
            var count = RandomAccess.Read(content, buffer.AsSpan(0, (int)Math.Min(BufferSize, entry.Length - done)), start + entry.Start + done);
            if (count == 0)
                throw new InvalidDataException($"{entry.Name} is cut");
            target.Write(buffer.AsSpan(0, count));
            done += count;
        }
        target.SetOwner(entry.Uid, entry.Gid);
        target.SetPermissions(entry.Mode);
        target.SetTimes(ToTime(entry.Mtime));
    }

    static void MakeOther(TarFileEntry entry, DirectoryHandle root, DirectoryHandle parent, ReadOnlySpan<byte> name)
    {
        switch (entry.Type)
        {
            case '1':
                var existing = PackageContents.Trim(entry.LinkName.Span);
                using (var directory = root.OpenDirectoryInRoot(BytePath.ParentOf(existing)))
                    parent.MakeHardLink(name, directory, BytePath.NameOf(existing));
                return;
            case '2':
                parent.MakeSymlink(name, entry.LinkName.Span);
                break;
            case '3' or '4' or '6':
                var type = entry.Type switch { '3' => 0x2000u, '4' => 0x6000u, _ => 0x1000u };
                DevicePlaceholder.MakeNode(parent, name, type | entry.Mode, DeviceNumber.Encode(entry.DeviceMajor, entry.DeviceMinor));
                break;
            default:
                throw new InvalidDataException($"{entry.Name} is of a type that packages do not have ('{entry.Type}')");
        }
        parent.SetOwner(name, entry.Uid, entry.Gid);
        parent.SetTimes(name, ToTime(entry.Mtime));
    }

    static PosixTime ToTime(FileTime time) => new(time.Seconds, time.Nanoseconds);
}
