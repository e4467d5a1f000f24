namespace ImageSdk.Posix;

public sealed unsafe partial class DirectoryHandle
{
    /// <summary>Returns when the names in a directory will survive a power cut.</summary>
    public static void Synchronize(string path)
    {
        using var directory = Open(path);
        directory.Synchronize();
    }

    /// <summary>Returns when the names in the directory will survive a power cut.</summary>
    public void Synchronize()
    {
        if (Libc.Synchronize(Descriptor) != 0)
            throw PosixException.Last("fsync", Path);
    }

    /// <summary>Returns when a file's content will survive a power cut; the name may not.</summary>
    public void SynchronizeContent(ReadOnlySpan<byte> name)
    {
        using var file = OpenReadHandle(name);
        if (Libc.SynchronizeData((int)file.DangerousGetHandle()) != 0)
            throw PosixException.Last("fdatasync", Describe(name));
    }

    /// <summary>
    /// Returns when all that was written to the file system of the directory will survive a power cut, by whomever it
    /// was. What failed to be written since the handle was opened shows here (from kernel 5.8 on).
    /// </summary>
    public void SynchronizeFileSystem()
    {
        if (Libc.SynchronizeFileSystem(Descriptor) != 0)
            throw PosixException.Last("syncfs", Path);
    }

    /// <summary>
    /// Takes the directory for as long as the handle is open; the lock dies with its process. It is advice that others
    /// have to ask for, too.
    /// </summary>
    /// <returns>False where another process has it.</returns>
    /// <exception cref="PosixException">The file system has no locks for directories.</exception>
    public bool TryLock()
    {
        const int exclusive = 2;
        const int withoutWaiting = 4;
        if (Libc.Lock(Descriptor, exclusive | withoutWaiting) == 0)
            return true;
        var error = PosixException.Last("lock", Path);
        return error.Error == Errno.TryAgain ? false : throw error;
    }
}
