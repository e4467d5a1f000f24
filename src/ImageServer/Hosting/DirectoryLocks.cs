using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>
/// Says that a server uses its directories, so that no other does. Ends with its process. The original does not look at it.
/// </summary>
sealed class DirectoryLocks : IDisposable
{
    // Both stores pass over names with a dot.
    const string Name = ".server-lock";

    const UnixFileMode ForOwner = (UnixFileMode)Permissions.OwnerDirectory;
    const UnixFileMode ForReaders = (UnixFileMode)Permissions.Directory;

    readonly List<FileStream> files = [];

    DirectoryLocks()
    {
    }

    /// <summary>Makes the directories where they are missing, and locks them.</summary>
    /// <exception cref="StoreException">Another server uses one of them.</exception>
    /// <exception cref="IOException">One cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">One cannot be made or written to.</exception>
    public static DirectoryLocks Take(string imageDirectory, string objectDirectory)
    {
        var locks = new DirectoryLocks();
        try
        {
            locks.Add(imageDirectory, ForReaders);
            locks.Add(objectDirectory, ForOwner);
            return locks;
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    // The files stay: removing one would let a second server lock what a third does not see.
    public void Dispose() => files.ForEach(file => file.Dispose());

    void Add(string directory, UnixFileMode mode)
    {
        Directory.CreateDirectory(directory, mode);
        var path = Path.Combine(directory, Name);
        try
        {
            files.Add(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new StoreException($"{directory} is used by another imageserver: stop it, or use another directory");
        }
    }
}
