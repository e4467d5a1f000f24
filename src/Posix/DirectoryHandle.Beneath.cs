namespace ImageSdk.Posix;

public sealed unsafe partial class DirectoryHandle
{
    const ulong ResolveBeneath = 0x08;
    const ulong ResolveNoSymlinks = 0x04;

    /// <summary>Opens a file at a relative path below to read it. No part of the path may be a symbolic link.</summary>
    public OpenFile OpenBeneath(ReadOnlySpan<byte> path) => OpenBeneath(path, Libc.OpenReadOnly | Libc.OpenNonBlocking, 0);

    /// <summary>Makes a file at a relative path below, which must not be there yet. No part of the path may be a symbolic link.</summary>
    /// <param name="mode">Permission bits, before the process's umask.</param>
    public OpenFile CreateBeneath(ReadOnlySpan<byte> path, uint mode) =>
        OpenBeneath(path, Libc.OpenWriteOnly | Libc.OpenCreate | Libc.OpenExclusive, mode);

    /// <summary>As <see cref="CreateBeneath"/>, for a file that is read again once it is written, which does not count as an access.</summary>
    /// <inheritdoc cref="CreateBeneath" path="/param"/>
    public OpenFile CreateReadableBeneath(ReadOnlySpan<byte> path, uint mode) =>
        OpenBeneath(path, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenExclusive | Libc.OpenNoAccessTime, mode);

    /// <summary>Opens a directory at a relative path below; the empty path is the directory itself. No part of the path may be a symbolic link.</summary>
    public DirectoryHandle OpenDirectoryBeneath(ReadOnlySpan<byte> path)
    {
        var descriptor = OpenBeneathDescriptor(path.IsEmpty ? "."u8 : path, Libc.OpenDirectory, 0);
        return descriptor >= 0 ? new(descriptor, Describe(path)) : throw PosixException.Last("open", Describe(path));
    }

    OpenFile OpenBeneath(ReadOnlySpan<byte> path, int flags, uint mode)
    {
        var descriptor = OpenBeneathDescriptor(path, flags, mode);
        return descriptor >= 0 ? new(descriptor, this, path) : throw PosixException.Last("open", Describe(path));
    }

    int OpenBeneathDescriptor(ReadOnlySpan<byte> path, int flags, uint mode)
    {
        using var terminated = new TerminatedName(path);
        var how = new Libc.OpenHow
        {
            Flags = (ulong)(flags | Libc.OpenNoFollow | Libc.OpenCloseOnExec), Mode = mode, Resolve = ResolveBeneath | ResolveNoSymlinks,
        };
        fixed (byte* pointer = terminated.Bytes)
            return Open(pointer, &how);
    }
}
