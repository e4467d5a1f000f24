using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Posix;

/// <summary>
/// An open directory. Every operation takes one name, or a relative path, below it and never follows a symbolic link in
/// the last component, so that a tree can be walked and changed while another process moves its parts about.
/// </summary>
public sealed unsafe partial class DirectoryHandle : IDisposable
{
    const ulong ResolveInRoot = 0x10;

    // A file that another process has a lease on gives the same answer each time.
    const int MostAttempts = 10_000;
    const uint StatMask = 0x7FF | 0x1000; // The basic fields, and the mount.

    readonly SafeFileHandle handle;

    // Directories that were opened one below the other to come here.
    readonly int depth;

    DirectoryHandle(int descriptor, string path, int depth = 0)
    {
        handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Path = path;
        this.depth = depth;
    }

    /// <summary>For messages: how the directory was reached.</summary>
    public string Path { get; }

    int Descriptor => (int)handle.DangerousGetHandle();

    public static DirectoryHandle Open(string path)
    {
        using var name = new TerminatedName(path);
        fixed (byte* pointer = name.Bytes)
        {
            var descriptor = Libc.OpenAt(Libc.AtCurrentDirectory, pointer, Libc.OpenDirectory | Libc.OpenCloseOnExec, 0);
            return descriptor >= 0 ? new(descriptor, path) : throw PosixException.Last("open", path);
        }
    }

    public void Dispose() => handle.Dispose();

    /// <summary>Opens a directory below; a symbolic link is an error.</summary>
    /// <exception cref="TreeDepthException">It lies deeper below the first that was opened than trees may.</exception>
    public DirectoryHandle OpenDirectory(ReadOnlySpan<byte> name)
    {
        if (depth >= TreeDepthException.Most)
            throw new TreeDepthException(Describe(name));
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
        {
            var flags = Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec;
            var descriptor = Libc.OpenAt(Descriptor, pointer, flags, 0);
            return descriptor >= 0 ? new(descriptor, Describe(name), depth + 1) : throw PosixException.Last("open", Describe(name));
        }
    }

    /// <summary>
    /// Opens the directory at a path as a process would see it whose root is this directory: symbolic links are
    /// followed, absolute ones and ".." never lead out.
    /// </summary>
    public DirectoryHandle OpenDirectoryInRoot(ReadOnlySpan<byte> path)
    {
        var descriptor = OpenInRoot(path, Libc.OpenDirectory);
        return descriptor >= 0 ? new(descriptor, Describe(path)) : throw PosixException.Last("open", Describe(path));
    }

    /// <summary>What a path names when this directory is the root, symbolic links followed; null where nothing is there.</summary>
    public FileStatus? StatInRoot(ReadOnlySpan<byte> path)
    {
        var descriptor = OpenInRoot(path, Libc.OpenPath);
        if (descriptor < 0)
        {
            var error = PosixException.Last("open", Describe(path));
            return error.IsNotFound ? null : throw error;
        }
        using var opened = new SafeFileHandle(descriptor, ownsHandle: true);
        Libc.StatXBuffer buffer;
        byte empty = 0;
        return Libc.StatX(descriptor, &empty, Libc.AtEmptyPath, StatMask, &buffer) == 0
            ? FileStatus.From(buffer)
            : throw PosixException.Last("stat", Describe(path));
    }

    /// <summary>Opens the file that a path names when this directory is the root.</summary>
    public FileStream OpenReadInRoot(ReadOnlySpan<byte> path)
    {
        var descriptor = OpenInRoot(path, Libc.OpenReadOnly | Libc.OpenNonBlocking);
        return descriptor >= 0
            ? new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read, bufferSize: 0)
            : throw PosixException.Last("open", Describe(path));
    }

    /// <summary>Opens the file that a path names when this directory is the root, to write it again.</summary>
    public FileStream OpenWriteInRoot(ReadOnlySpan<byte> path) => OpenToWrite(path, Libc.OpenTruncate);

    /// <summary>Opens the file that a path names when this directory is the root, to add to its end.</summary>
    public FileStream OpenAppendInRoot(ReadOnlySpan<byte> path) => OpenToWrite(path, Libc.OpenAppend);

    FileStream OpenToWrite(ReadOnlySpan<byte> path, int flags)
    {
        var descriptor = OpenInRoot(path, Libc.OpenWriteOnly | flags);
        return descriptor >= 0
            ? new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write, bufferSize: 0)
            : throw PosixException.Last("open", Describe(path));
    }

    int OpenInRoot(ReadOnlySpan<byte> path, int flags)
    {
        using var terminated = new TerminatedName(path.IsEmpty ? "."u8 : path);
        var how = new Libc.OpenHow { Flags = (ulong)(flags | Libc.OpenCloseOnExec), Resolve = ResolveInRoot };
        fixed (byte* pointer = terminated.Bytes)
            return Open(pointer, &how);
    }

    /// <summary>
    /// Opens by openat2. Where a path has ".." in it and another process renames or mounts anything at that moment, anywhere on the machine, the
    /// kernel can't say for certain that the path stays inside, and leaves it to the caller to try again (openat2(2), EAGAIN).
    /// </summary>
    int Open(byte* path, Libc.OpenHow* how)
    {
        for (var attempt = 1; ; attempt++)
        {
            var descriptor = (int)Libc.SystemCall(Libc.SystemCallOpenAt2, Descriptor, (nint)path, (nint)how, sizeof(Libc.OpenHow));
            if (descriptor >= 0 || attempt == MostAttempts || Marshal.GetLastPInvokeError() != Errno.TryAgain)
                return descriptor;
        }
    }

    /// <summary>The status of a name; null where there is none.</summary>
    public FileStatus? TryStat(ReadOnlySpan<byte> name)
    {
        using var terminated = new TerminatedName(name);
        Libc.StatXBuffer buffer;
        fixed (byte* pointer = terminated.Bytes)
            if (Libc.StatX(Descriptor, pointer, Libc.AtSymlinkNoFollow, StatMask, &buffer) == 0)
                return FileStatus.From(buffer);
        // Asked for many names that are not there, so the exception is made only to be thrown.
        return Marshal.GetLastPInvokeError() is Errno.NoEntry or Errno.NotDirectory ? null : throw PosixException.Last("stat", Describe(name));
    }

    public FileStatus Stat(ReadOnlySpan<byte> name) =>
        TryStat(name) ?? throw new PosixException("stat", Describe(name), Errno.NoEntry);

    /// <summary>The status of the directory itself.</summary>
    public FileStatus Stat()
    {
        Libc.StatXBuffer buffer;
        byte empty = 0;
        return Libc.StatX(Descriptor, &empty, Libc.AtEmptyPath, StatMask, &buffer) == 0
            ? FileStatus.From(buffer)
            : throw PosixException.Last("stat", Path);
    }

    /// <summary>The status of a file that is open, whatever became of its name.</summary>
    public static FileStatus Stat(SafeFileHandle file)
    {
        Libc.StatXBuffer buffer;
        byte empty = 0;
        return Libc.StatX((int)file.DangerousGetHandle(), &empty, Libc.AtEmptyPath, StatMask, &buffer) == 0
            ? FileStatus.From(buffer)
            : throw PosixException.Last("stat", "an open file");
    }

    /// <summary>The names in the directory in bytewise order, without "." and "..".</summary>
    public List<byte[]> ReadNames()
    {
        var names = new List<byte[]>();
        // A handle of its own: the position in a directory belongs to the open file.
        var dot = "."u8;
        using var terminated = new TerminatedName(dot);
        int descriptor;
        fixed (byte* pointer = terminated.Bytes)
            descriptor = Libc.OpenAt(Descriptor, pointer, Libc.OpenDirectory | Libc.OpenCloseOnExec, 0);
        if (descriptor < 0)
            throw PosixException.Last("open", Path);
        using var opened = new SafeFileHandle(descriptor, ownsHandle: true);
        const int size = 32 * 1024;
        var buffer = stackalloc byte[size];
        while (true)
        {
            var length = Libc.GetDirectoryEntries(descriptor, buffer, size);
            if (length < 0)
                throw PosixException.Last("read directory", Path);
            if (length == 0)
                break;
            // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name.
            for (nint at = 0; at < length; at += *(ushort*)(buffer + at + 16))
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer + at + 19);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add(name.ToArray());
            }
        }
        names.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return names;
    }

    /// <summary>The names in a directory below, in bytewise order.</summary>
    public List<byte[]> ReadNamesOf(ReadOnlySpan<byte> name)
    {
        using var directory = OpenDirectory(name);
        return directory.ReadNames();
    }

    internal string Describe(ReadOnlySpan<byte> name) => System.IO.Path.Join(Path, Encoding.UTF8.GetString(name));
}
