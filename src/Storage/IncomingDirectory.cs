using System.Globalization;
using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Storage;

/// <summary>
/// Where one writer of objects keeps what has no name yet. It is locked while the writer lives, so that what dead ones
/// left can be told from the rest; and gone when it is disposed of.
/// </summary>
sealed class IncomingDirectory : IDisposable
{
    const uint DirectoryMode = Permissions.OwnerDirectory;
    const uint FileMode = Permissions.OwnerFile;
    const int NumberLength = 8;

    readonly DirectoryHandle parent;
    readonly byte[] name;
    readonly DirectoryHandle directory;
    int fileCount;

    IncomingDirectory(DirectoryHandle parent, byte[] name, DirectoryHandle directory)
    {
        this.parent = parent;
        this.name = name;
        this.directory = directory;
    }

    // A name with a dot, which the original's start-up scan ignores.
    static ReadOnlySpan<byte> ParentName => ".incoming"u8;

    public static IncomingDirectory Create(DirectoryHandle root)
    {
        root.TryMakeDirectory(ParentName, DirectoryMode);
        var parent = root.OpenDirectory(ParentName);
        while (true)
        {
            var name = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));
            if (!parent.TryMakeDirectory(name, DirectoryMode))
                continue;
            if (TryTake(parent, name) is { } directory)
            {
                // Whoever clears up may have been faster, and takes an unlocked directory for a dead one.
                if (parent.TryStat(name) is not null)
                    return new(parent, name, directory);
                directory.Dispose();
            }
        }
    }

    /// <summary>Removes what dead writers left, and returns how many files that were.</summary>
    public static int RemoveDead(DirectoryHandle root)
    {
        if (root.TryStat(ParentName) is null)
            return 0;
        var count = 0;
        using var parent = root.OpenDirectory(ParentName);
        foreach (var name in parent.ReadNames())
        {
            using var directory = TryTake(parent, name);
            if (directory is null)
                continue;
            count += directory.ReadNames().Count;
            parent.RemoveTree(name);
        }
        return count;
    }

    /// <summary>Makes a file.</summary>
    /// <param name="number">Stands for its name.</param>
    public SafeFileHandle CreateFile(out int number)
    {
        number = Interlocked.Increment(ref fileCount);
        Span<byte> file = stackalloc byte[NumberLength];
        return directory.CreateFileHandle(FileName(number, file), FileMode);
    }

    public SafeFileHandle OpenFile(int number) => directory.OpenReadHandle(FileName(number, stackalloc byte[NumberLength]));

    /// <summary>Returns when a file's content is on the disk.</summary>
    public void SynchronizeFile(int number) => directory.SynchronizeContent(FileName(number, stackalloc byte[NumberLength]));

    /// <summary>Moves a file to a path below the store, whose directories are made where they are missing.</summary>
    public void MoveFile(int number, DirectoryHandle root, ReadOnlySpan<byte> path)
    {
        Span<byte> buffer = stackalloc byte[NumberLength];
        var file = FileName(number, buffer);
        if (directory.TryRename(file, root, path))
            return;
        root.TryMakeDirectory(ObjectPaths.Directory(path, depth: 1), DirectoryMode);
        root.TryMakeDirectory(ObjectPaths.Directory(path, depth: 2), DirectoryMode);
        directory.Rename(file, root, path);
    }

    public void RemoveFile(int number) => directory.Unlink(FileName(number, stackalloc byte[NumberLength]));

    public void Dispose()
    {
        parent.RemoveTree(name);
        directory.Dispose();
        parent.Dispose();
    }

    // Null where another process has it. A file system without such locks cannot tell the dead from the living: then nothing is cleared up.
    static DirectoryHandle? TryTake(DirectoryHandle parent, byte[] name)
    {
        DirectoryHandle? directory = null;
        try
        {
            directory = parent.OpenDirectory(name);
            if (directory.TryLock())
                return directory;
        }
        catch (PosixException problem) when (problem.IsNotFound)
        {
            // Gone meanwhile.
        }
        directory?.Dispose();
        return null;
    }

    static ReadOnlySpan<byte> FileName(int number, Span<byte> buffer)
    {
        number.TryFormat(buffer, out var length, "x", CultureInfo.InvariantCulture);
        return buffer[..length];
    }
}
