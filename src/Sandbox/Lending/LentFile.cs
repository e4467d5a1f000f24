using System.Text;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Trees;

namespace ImageSdk.Sandbox.Lending;

/// <summary>A file whose content is another while commands run, made with its directories where it is missing.</summary>
sealed class LentFile : IDisposable
{
    /// <summary>Of what is lent with what a command may have added to it.</summary>
    const ulong LongestFile = 1 << 24;

    readonly DirectoryHandle root;
    readonly byte[] path;
    readonly byte[] content;
    readonly bool staysEmpty;
    readonly Stack<byte[]> made = new();
    readonly byte[]? original;
    readonly PosixTime mtime;
    readonly (byte[] Path, PosixTime Mtime)? touched;

    LentFile(DirectoryHandle root, byte[] path, byte[] content, bool staysEmpty)
    {
        (this.root, this.path, this.content, this.staysEmpty) = (root, path, content, staysEmpty);
        if (root.StatInRoot(path) is { } status)
        {
            original = RootFile.TryRead(root, Encoding.UTF8.GetString(path)) ?? [];
            mtime = status.Mtime;
            Write(content);
            return;
        }
        touched = MakeParents();
        using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(path));
        using (var file = parent.CreateFile(BytePath.NameOf(path), Permissions.File))
            file.Write(content);
        parent.SetPermissions(BytePath.NameOf(path), Permissions.File);
    }

    /// <param name="path">In the root, with no link in it.</param>
    /// <param name="staysEmpty">Whether an empty file is left where there was none.</param>
    /// <returns>Null where something else than a file is in the way.</returns>
    public static LentFile? TryLend(DirectoryHandle root, byte[] path, byte[] content, bool staysEmpty)
    {
        if (root.StatInRoot(path) is { Kind: not FileKind.Regular })
            return null;
        for (var parent = BytePath.ParentOf(path); parent.Length > 0; parent = BytePath.ParentOf(parent))
            if (root.StatInRoot(parent) is { Kind: not FileKind.Directory })
                return null;
        return new(root, path, content, staysEmpty);
    }

    (byte[], PosixTime)? MakeParents()
    {
        (byte[], PosixTime)? above = null;
        for (var end = path.AsSpan().IndexOf((byte)'/'); end >= 0; end = path.AsSpan(end + 1).IndexOf((byte)'/') is var next and >= 0 ? end + 1 + next : -1)
        {
            var directory = path[..end];
            if (root.StatInRoot(directory) is { } status)
            {
                above = (directory, status.Mtime);
                continue;
            }
            using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(directory));
            parent.TryMakeDirectory(BytePath.NameOf(directory), Permissions.Directory);
            made.Push(directory);
        }
        return above;
    }

    /// <summary>Puts back what was there, unless a command put something else in its place.</summary>
    public void Dispose()
    {
        var parentPath = BytePath.ParentOf(path);
        if (root.StatInRoot(parentPath.Length == 0 ? "."u8.ToArray() : parentPath) is not { Kind: FileKind.Directory })
            return;
        using (var parent = root.OpenDirectoryInRoot(parentPath))
            PutBack(parent, BytePath.NameOf(path).ToArray());
        while (made.TryPop(out var directory))
        {
            try
            {
                using var parent = root.OpenDirectoryInRoot(BytePath.ParentOf(directory));
                parent.RemoveEmptyDirectory(BytePath.NameOf(directory));
            }
            catch (PosixException)
            {
                return; // It is in use by now, and the image's own.
            }
        }
        if (touched is not var (above, before))
            return;
        using var holder = root.OpenDirectoryInRoot(above);
        holder.SetTimes("."u8, before);
    }

    void PutBack(DirectoryHandle parent, byte[] name)
    {
        // A longer one is a command's own, and may be longer than memory.
        if (parent.TryStat(name) is not { Kind: FileKind.Regular, Size: <= LongestFile })
            return;
        byte[] present;
        using (var file = parent.OpenRead(name))
        {
            present = new byte[file.Length];
            file.ReadExactly(present);
        }
        if (!present.AsSpan().SequenceEqual(content))
        {
            if (MachineResolver.IsIn(present))
                Write(MachineResolver.TakeOut(present, content));
            return;
        }
        if (original is null && !staysEmpty)
        {
            parent.Unlink(name);
            return;
        }
        Write(original ?? []);
        if (original is not null)
            parent.SetTimes(name, mtime);
    }

    void Write(byte[] bytes)
    {
        using var file = root.OpenWriteInRoot(path);
        file.Write(bytes);
    }
}
