using ImageSdk.Layers;

namespace ImageSdk.Packages.Cache;

/// <summary>
/// The packages of the build cache, by the SHA-256 of their .deb, shared by all builds of a user:
/// <code>
/// packages/SHA256/NAME_VERSION_ARCHITECTURE.deb    the package, its parts not compressed
/// packages/SHA256/about                            what it is, its size and digest as it lies here
/// packages/SHA256/used                             empty; its time is when a build last took the package
/// </code>
/// An entry appears by one rename, so that a killed build leaves none by halves. Builds hold the cache's lock
/// (<see cref="LayerStore.HoldAsync"/>), so that no entry goes while one runs.
/// </summary>
sealed class PackageStore(LayerStore store)
{
    public string PackagesDirectory { get; } = Path.Combine(store.Root, "packages");

    /// <summary>The folder of a package.</summary>
    public string DirectoryOf(string sha256) => Path.Combine(PackagesDirectory, sha256);

    public string AboutFile(string sha256) => Path.Combine(DirectoryOf(sha256), "about");

    public string UsedFile(string sha256) => Path.Combine(DirectoryOf(sha256), "used");

    /// <summary>The package; null where it is not in the cache, or not whole.</summary>
    public CachedPackage? Find(DebianPackage package)
    {
        var file = new FileInfo(Path.Combine(DirectoryOf(package.Sha256), package.FileName));
        return file.Exists && PackageRecord.TryRead(AboutFile(package.Sha256)) is { } record && record.Size == file.Length
            ? new(package, file.FullName)
            : null;
    }

    /// <summary>Notes that a build takes these packages.</summary>
    public void MarkUsed(IEnumerable<DebianPackage> packages)
    {
        var now = DateTime.UtcNow;
        foreach (var package in packages)
        {
            try
            {
                using var file = new FileStream(UsedFile(package.Sha256), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, 1);
                File.SetLastWriteTimeUtc(file.SafeFileHandle, now);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A cache that is only read works all the same; its packages just look older.
            }
        }
    }

    /// <summary>Takes a finished entry in; keeps the one that is there where another process was faster.</summary>
    /// <param name="entry">A folder on the cache's file system, with all that an entry has.</param>
    /// <param name="retired">Where a damaged entry goes that is in the way.</param>
    public CachedPackage Add(DebianPackage package, string entry, string retired)
    {
        Directory.CreateDirectory(PackagesDirectory);
        while (true)
        {
            try
            {
                Directory.Move(entry, DirectoryOf(package.Sha256));
            }
            catch (IOException) when (Directory.Exists(DirectoryOf(package.Sha256)))
            {
                if (Find(package) is null)
                {
                    Directory.Move(DirectoryOf(package.Sha256), retired);
                    continue;
                }
            }
            return new(package, Path.Combine(DirectoryOf(package.Sha256), package.FileName));
        }
    }
}
