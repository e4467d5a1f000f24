using System.Text;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Posix;

public sealed unsafe partial class DirectoryHandle
{
    /// <summary>Opens a regular file for reading, without waiting should it be a named pipe.</summary>
    public FileStream OpenRead(ReadOnlySpan<byte> name) => new(
        OpenFile(name, Libc.OpenReadOnly | Libc.OpenNonBlocking, 0), FileAccess.Read, bufferSize: 0);

    /// <summary>Opens for reading without a stream around it, for those who bring their own buffer.</summary>
    public SafeFileHandle OpenReadHandle(ReadOnlySpan<byte> name) => OpenFile(name, Libc.OpenReadOnly | Libc.OpenNonBlocking, 0);

    /// <summary>Makes a file that must not be there yet.</summary>
    /// <param name="mode">Permission bits, before the process's umask.</param>
    public FileStream CreateFile(ReadOnlySpan<byte> name, uint mode) => new(
        OpenFile(name, Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenExclusive, mode), FileAccess.Write, bufferSize: 0);

    /// <summary>Makes a file that must not be there yet, without a stream around it.</summary>
    /// <param name="mode">Permission bits, before the process's umask.</param>
    public SafeFileHandle CreateFileHandle(ReadOnlySpan<byte> name, uint mode) =>
        OpenFile(name, Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenExclusive, mode);

    SafeFileHandle OpenFile(ReadOnlySpan<byte> name, int flags, uint mode)
    {
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
        {
            var descriptor = Libc.OpenAt(Descriptor, pointer, flags | Libc.OpenNoFollow | Libc.OpenCloseOnExec, mode);
            return descriptor >= 0
                ? new SafeFileHandle(descriptor, ownsHandle: true)
                : throw PosixException.Last("open", Describe(name));
        }
    }

    public byte[] ReadLink(ReadOnlySpan<byte> name)
    {
        const int longest = 4096;
        var buffer = stackalloc byte[longest];
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
        {
            var length = Libc.ReadLinkAt(Descriptor, pointer, buffer, longest);
            return length >= 0 ? new Span<byte>(buffer, (int)length).ToArray() : throw PosixException.Last("readlink", Describe(name));
        }
    }

    /// <returns>False where the name is taken.</returns>
    public bool TryMakeDirectory(ReadOnlySpan<byte> name, uint mode)
    {
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
            if (Libc.MakeDirectoryAt(Descriptor, pointer, mode) == 0)
                return true;
        var error = PosixException.Last("mkdir", Describe(name));
        return error.Error == Errno.Exists ? false : throw error;
    }

    /// <summary>Makes the directories of a path that are not there yet, links followed as below a root of one's own.</summary>
    public void MakeDirectoriesInRoot(ReadOnlySpan<byte> path, uint mode)
    {
        for (var end = 0; end < path.Length; end++)
        {
            var slash = path[end..].IndexOf((byte)'/');
            end = slash < 0 ? path.Length : end + slash;
            var prefix = path[..end];
            if (prefix.IsEmpty || StatInRoot(prefix) is not null)
                continue;
            using var parent = OpenDirectoryInRoot(BytePath.ParentOf(prefix));
            parent.TryMakeDirectory(BytePath.NameOf(prefix), mode);
        }
    }

    public void MakeSymlink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        using var terminated = new TerminatedName(name);
        using var terminatedTarget = new TerminatedName(target);
        fixed (byte* pointer = terminated.Bytes)
        fixed (byte* targetPointer = terminatedTarget.Bytes)
            Check(Libc.SymlinkAt(targetPointer, Descriptor, pointer), "symlink", name);
    }

    /// <summary>Makes a second name for a file of another directory of the same file system.</summary>
    public void MakeHardLink(ReadOnlySpan<byte> name, DirectoryHandle existingDirectory, ReadOnlySpan<byte> existingName)
    {
        using var terminated = new TerminatedName(name);
        using var terminatedExisting = new TerminatedName(existingName);
        fixed (byte* pointer = terminated.Bytes)
        fixed (byte* existing = terminatedExisting.Bytes)
            Check(Libc.LinkAt(existingDirectory.Descriptor, existing, Descriptor, pointer, 0), "link", name);
    }

    /// <param name="mode">Type and permission bits; the umask does not apply.</param>
    /// <param name="device">The kernel's 64-bit encoding; 0 for a pipe.</param>
    public void MakeNode(ReadOnlySpan<byte> name, uint mode, ulong device)
    {
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
            Check(Libc.MakeNodeAt(Descriptor, pointer, mode, device), "mknod", name);
        SetPermissions(name, mode & 0xFFF);
    }

    public void SetOwner(ReadOnlySpan<byte> name, uint uid, uint gid)
    {
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
            Check(Libc.ChangeOwnerAt(Descriptor, pointer, uid, gid, Libc.AtSymlinkNoFollow), "chown", name);
    }

    /// <summary>A symbolic link, which has no permissions, is an error.</summary>
    public void SetPermissions(ReadOnlySpan<byte> name, uint permissions)
    {
        const int changeModeAt2 = 452; // One number on all architectures, from Linux 6.6.
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
        {
            if (Libc.SystemCall(changeModeAt2, Descriptor, (nint)pointer, (nint)permissions, Libc.AtSymlinkNoFollow) == 0)
                return;
            // A filter of system calls may not know the call, and refuse it.
            if (Marshal.GetLastPInvokeError() is not (Errno.NotImplemented or Errno.NotPermitted))
                throw PosixException.Last("chmod", Describe(name));
            SetPermissionsByDescriptor(pointer, name, permissions);
        }
    }

    void SetPermissionsByDescriptor(byte* pointer, ReadOnlySpan<byte> name, uint permissions)
    {
        var descriptor = Libc.OpenAt(Descriptor, pointer, Libc.OpenPath | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0);
        if (descriptor < 0)
            throw PosixException.Last("chmod", Describe(name));
        using var opened = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Stat(opened).Kind == FileKind.Symlink)
            throw new PosixException("chmod", Describe(name), Errno.TooManyLinks);
        // What is open only as a place can be named, not changed.
        using var place = new TerminatedName($"/proc/self/fd/{descriptor}");
        fixed (byte* path = place.Bytes)
            Check(Libc.ChangeModeAt(Libc.AtCurrentDirectory, path, permissions, 0), "chmod", name);
    }

    /// <summary>Sets the modification and the access time.</summary>
    public void SetTimes(ReadOnlySpan<byte> name, PosixTime time)
    {
        var times = stackalloc Libc.TimeSpec[2];
        times[0] = times[1] = new Libc.TimeSpec { Seconds = (nint)time.Seconds, Nanoseconds = time.Nanoseconds };
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
            Check(Libc.SetTimesAt(Descriptor, pointer, times, Libc.AtSymlinkNoFollow), "set times", name);
    }

    /// <summary>Renames within the directory, over what is there.</summary>
    public void Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) => Rename(from, this, to);

    /// <summary>Renames into another directory of the same file system, over what is there.</summary>
    public void Rename(ReadOnlySpan<byte> from, DirectoryHandle target, ReadOnlySpan<byte> to)
    {
        if (!TryRename(from, target, to))
            throw new PosixException("rename to", target.Describe(to), Errno.NoEntry);
    }

    /// <summary>Renames as <see cref="Rename(ReadOnlySpan{byte}, DirectoryHandle, ReadOnlySpan{byte})"/>; false where a directory of the new path is missing, or the file.</summary>
    public bool TryRename(ReadOnlySpan<byte> from, DirectoryHandle target, ReadOnlySpan<byte> to)
    {
        using var terminatedFrom = new TerminatedName(from);
        using var terminatedTo = new TerminatedName(to);
        fixed (byte* pointer = terminatedFrom.Bytes)
        fixed (byte* targetPointer = terminatedTo.Bytes)
            if (Libc.RenameAt(Descriptor, pointer, target.Descriptor, targetPointer, 0) == 0)
                return true;
        return Marshal.GetLastPInvokeError() == Errno.NoEntry ? false : throw PosixException.Last("rename to", target.Describe(to));
    }

    public void Unlink(ReadOnlySpan<byte> name) => Unlink(name, 0);

    public void RemoveEmptyDirectory(ReadOnlySpan<byte> name) => Unlink(name, Libc.AtRemoveDirectory);

    void Unlink(ReadOnlySpan<byte> name, int flags)
    {
        using var terminated = new TerminatedName(name);
        fixed (byte* pointer = terminated.Bytes)
            Check(Libc.UnlinkAt(Descriptor, pointer, flags), "remove", name);
    }

    /// <summary>
    /// Removes a name and all below it, never following a link. Does nothing where there is no such name. What is mounted
    /// there belongs to another: that is an error, and nothing below the mount is touched.
    /// </summary>
    public void RemoveTree(ReadOnlySpan<byte> name)
    {
        // What lies too deep to be walked is moved up here first.
        var waiting = new Queue<byte[]>([name.ToArray()]);
        while (waiting.TryDequeue(out var next))
            RemoveTree(next, this, 0, waiting);
    }

    const int RemovalDepth = 200;

    void RemoveTree(byte[] name, DirectoryHandle top, int level, Queue<byte[]> waiting)
    {
        if (TryStat(name) is not { } status)
            return;
        if (status.MountId != Stat().MountId)
            throw new PosixException("remove", Describe(name), Errno.Busy);
        if (status.Kind != FileKind.Directory)
        {
            Unlink(name);
            return;
        }
        if (level >= RemovalDepth)
        {
            var moved = Encoding.ASCII.GetBytes($".removed-{Guid.NewGuid():n}");
            if (TryRename(name, top, moved))
            {
                waiting.Enqueue(moved);
                return;
            }
        }
        using (var directory = OpenDirectory(name))
            foreach (var child in directory.ReadNames())
                directory.RemoveTree(child, top, level + 1, waiting);
        RemoveEmptyDirectory(name);
    }

    void Check(int result, string operation, ReadOnlySpan<byte> name)
    {
        if (result != 0)
            throw PosixException.Last(operation, Describe(name));
    }
}
