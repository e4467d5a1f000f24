using System.Runtime.InteropServices;
using System.Text;

namespace ImageSdk.Posix;

/// <summary>
/// A mount that is put together option by option (fsopen and its kin, Linux 5.2), where mount(2) takes all options in one page.
/// </summary>
public sealed unsafe class FileSystemContext : IDisposable
{
    // Of linux/mount.h. The calls have one number on all architectures, and old C libraries no wrappers.
    const nint MoveMountCall = 429;
    const nint OpenCall = 430;
    const nint ConfigureCall = 431;
    const nint MountCall = 432;
    const nint CloseOnExec = 1;
    const nint SetFlagCommand = 0;
    const nint SetStringCommand = 1;
    const nint CreateCommand = 6;
    const nint EmptySourcePath = 4;

    readonly int descriptor;
    readonly string type;

    FileSystemContext(int descriptor, string type) => (this.descriptor, this.type) = (descriptor, type);

    /// <returns>Null where the kernel has no such calls.</returns>
    /// <exception cref="PosixException">It refuses, or has no such file system.</exception>
    public static FileSystemContext? TryOpen(string type)
    {
        using var name = new TerminatedName(type);
        fixed (byte* pointer = name.Bytes)
        {
            var descriptor = (int)Libc.SystemCall(OpenCall, (nint)pointer, CloseOnExec, 0, 0, 0);
            if (descriptor >= 0)
                return new(descriptor, type);
        }
        return Marshal.GetLastPInvokeError() == Errno.NotImplemented ? null : throw PosixException.Last("fsopen", type);
    }

    /// <exception cref="PosixException">The file system does not know the option (<see cref="Errno.InvalidArgument"/>), or refuses its value.</exception>
    public void Set(string option, string value)
    {
        using var text = new TerminatedName(value);
        fixed (byte* pointer = text.Bytes)
            Configure(SetStringCommand, option, (nint)pointer);
    }

    /// <inheritdoc cref="Set(string, string)"/>
    public void Set(string option) => Configure(SetFlagCommand, option, 0);

    /// <summary>Makes the file system and mounts it.</summary>
    public void Mount(string target)
    {
        if (Libc.SystemCall(ConfigureCall, descriptor, CreateCommand, 0, 0, 0) != 0)
            throw Failed("fsconfig", target);
        var mount = (int)Libc.SystemCall(MountCall, descriptor, CloseOnExec, 0, 0, 0);
        if (mount < 0)
            throw Failed("fsmount", target);
        try
        {
            using var empty = new TerminatedName("");
            using var path = new TerminatedName(target);
            fixed (byte* from = empty.Bytes, to = path.Bytes)
                if (Libc.SystemCall(MoveMountCall, mount, (nint)from, Libc.AtCurrentDirectory, (nint)to, EmptySourcePath) != 0)
                    throw Failed("move_mount", target);
        }
        finally
        {
            _ = Libc.Close(mount);
        }
    }

    void Configure(nint command, string option, nint value)
    {
        using var key = new TerminatedName(option);
        fixed (byte* pointer = key.Bytes)
            if (Libc.SystemCall(ConfigureCall, descriptor, command, (nint)pointer, value, 0) != 0)
                throw Failed("fsconfig", option);
    }

    PosixException Failed(string call, string subject)
    {
        var error = Marshal.GetLastPInvokeError();
        var reason = ReadReason();
        return new($"{call} {type}{(reason.Length > 0 ? $" ({reason})" : "")}", subject, error);
    }

    // "e overlay: reason", one message a read; none left is an error.
    string ReadReason()
    {
        Span<byte> buffer = stackalloc byte[512];
        var reasons = new List<string>();
        fixed (byte* pointer = buffer)
            for (nint length; (length = Libc.Read(descriptor, pointer, (nuint)buffer.Length)) > 2;)
                reasons.Add(Encoding.UTF8.GetString(buffer[2..(int)length]).Trim());
        return string.Join("; ", reasons);
    }

    public void Dispose() => _ = Libc.Close(descriptor);
}
