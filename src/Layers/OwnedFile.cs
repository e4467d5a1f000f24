using ImageSdk.Posix;

namespace ImageSdk.Layers;

/// <summary>
/// A lock that is a file, which its holder removes at the end. Exclusive sharing is an flock on Linux; the kernel drops it when
/// the holder dies.
/// </summary>
sealed class OwnedFile : IDisposable
{
    readonly FileStream file;

    OwnedFile(FileStream file) => this.file = file;

    /// <summary>The lock; null where another process holds it, or has just removed the file.</summary>
    /// <exception cref="IOException">The file can't be opened or made.</exception>
    public static OwnedFile? TryTake(string path, FileMode mode)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, mode, FileAccess.Write, FileShare.None, 1);
        }
        catch (IOException exception) when (exception.HResult == Errno.TryAgain)
        {
            return null;
        }
        // Between opening and locking, its last holder may have removed it: the next one makes, and locks, another.
        if (DirectoryHandle.Stat(file.SafeFileHandle).LinkCount > 0)
            return new(file);
        file.Dispose();
        return null;
    }

    public void Dispose()
    {
        try
        {
            // While the lock is held, so that no other file gets this name.
            File.Delete(file.Name);
        }
        catch (DirectoryNotFoundException)
        {
            // It went with what it protects.
        }
        file.Dispose();
    }
}
