namespace ImageSdk.Posix;

/// <summary>Mounts in the calling process's mount namespace.</summary>
public static class Mounts
{
    [Flags]
    public enum Options : ulong
    {
        None = 0,
        ReadOnly = 1,
        NoSetUid = 2,
        NoDevices = 4,
        NoExecute = 8,
        Remount = 32,
        Bind = 4096,
        Recursive = 16384,
        Private = 1 << 18,
    }

    public static void Mount(string? source, string target, string? type, Options options = Options.None, string? data = null)
    {
        if (Libc.Mount(source, target, type, (nuint)options, data) != 0)
            throw PosixException.Last($"mount {type ?? "bind"} at", target);
    }

    /// <summary>Takes a mount out of the tree at once; it ends when its last user is gone.</summary>
    public static void Detach(string target)
    {
        const int detach = 2;
        if (Libc.Unmount(target, detach) != 0)
            throw PosixException.Last("unmount", target);
    }

    /// <summary>Unmounts; busy mounts are an error.</summary>
    public static void Unmount(string target)
    {
        if (Libc.Unmount(target, 0) != 0)
            throw PosixException.Last("unmount", target);
    }
}
