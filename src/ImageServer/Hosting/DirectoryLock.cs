using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>
/// Says that a server uses a directory, so that no other does. Ends with its process. The original does not look at it.
/// </summary>
sealed class DirectoryLock : IDisposable
{
    // Both stores pass over names with a dot.
    const string Name = ".server-lock";

    readonly FileStream file;

    DirectoryLock(FileStream file) => this.file = file;

    /// <param name="mode">Of the directory, if it has to be made.</param>
    /// <exception cref="StoreException">Another server uses it.</exception>
    /// <exception cref="IOException">The directory cannot be made or written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory cannot be made or written to.</exception>
    public static DirectoryLock Take(string directory, UnixFileMode mode)
    {
        Directory.CreateDirectory(directory, mode);
        var path = Path.Combine(directory, Name);
        try
        {
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new StoreException($"{directory} is used by another imageserver: stop it, or use another directory");
        }
    }

    // The file stays: removing it would let a second server lock one that a third does not see.
    public void Dispose() => file.Dispose();
}
