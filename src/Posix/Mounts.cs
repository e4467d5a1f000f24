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

    /// <summary>Makes a mount read-only whose other options stay: what is behind it, of any type, keeps its owner, permissions and times too.</summary>
    public static unsafe void MakeReadOnly(string target)
    {
        const int setAttributes = 442; // mount_setattr, one number on all architectures.
        using var path = new TerminatedName(target);
        var attributes = stackalloc ulong[4]; // struct mount_attr: set, clear, propagation, user namespace.
        (attributes[0], attributes[1], attributes[2], attributes[3]) = ((ulong)Options.ReadOnly, 0, 0, 0);
        fixed (byte* pointer = path.Bytes)
            if (Libc.SystemCall(setAttributes, Libc.AtCurrentDirectory, (nint)pointer, 0, (nint)attributes, 4 * sizeof(ulong)) == 0)
                return;
        // Before Linux 5.12. In a user namespace the kernel may insist on options that this would take away.
        Mount(null, target, null, Options.Remount | Options.Bind | Options.ReadOnly);
    }

    /// <summary>Takes a mount out of the tree at once; it ends when its last user is gone.</summary>
    public static void Detach(string target)
    {
        const int detach = 2;
        if (Libc.Unmount(target, detach) != 0)
            throw PosixException.Last("unmount", target);
    }

    /// <summary>Takes every mount at or below a directory out of the tree, the latest first.</summary>
    public static void DetachBelow(string directory)
    {
        PosixException? refused = null;
        foreach (var target in ListBelow(directory).Reverse())
            try
            {
                Detach(target);
            }
            catch (PosixException exception) when (exception.Error == Errno.InvalidArgument)
            {
                // In a user namespace, mounts that came along with another one from outside go with that one alone (mount_namespaces(7)).
                refused ??= exception;
            }
        if (refused is not null && ListBelow(directory).Any())
            throw refused;
    }

    static IEnumerable<string> ListBelow(string directory) =>
        List().Where(target => target == directory || target.StartsWith(directory + "/", StringComparison.Ordinal));

    /// <summary>The mount points of the calling process, in the order in which they were mounted.</summary>
    static List<string> List() => [.. File.ReadLines("/proc/self/mountinfo").Select(line => Unescape(line.Split(' ')[4]))];

    // The kernel writes blanks, tabs, line feeds and backslashes as three octal digits.
    /// <summary>A path as the mount tables of /proc write it.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('\\'))
            return text;
        var bytes = new List<byte>();
        var raw = System.Text.Encoding.UTF8.GetBytes(text);
        for (var at = 0; at < raw.Length; at++)
        {
            if (raw[at] == '\\' && at + 3 < raw.Length)
            {
                bytes.Add((byte)((raw[at + 1] - '0') * 64 + (raw[at + 2] - '0') * 8 + (raw[at + 3] - '0')));
                at += 3;
            }
            else
                bytes.Add(raw[at]);
        }
        return System.Text.Encoding.UTF8.GetString([.. bytes]);
    }
}
