namespace ImageSdk.Posix;

/// <summary>Second names for files, which the platform's own file API does not make.</summary>
public static unsafe class HardLink
{
    /// <summary>Gives a file a second name; false if that name is taken.</summary>
    public static bool TryMake(string existing, string name)
    {
        using var terminatedExisting = new TerminatedName(existing);
        using var terminated = new TerminatedName(name);
        fixed (byte* from = terminatedExisting.Bytes)
        fixed (byte* to = terminated.Bytes)
            if (Libc.LinkAt(Libc.AtCurrentDirectory, from, Libc.AtCurrentDirectory, to, 0) == 0)
                return true;
        var error = PosixException.Last("link", name);
        return error.Error == Errno.Exists ? false : throw error;
    }
}
