using ImageSdk.ImageServer.Objects;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Tests;

/// <summary>An object store that lives as long as its test.</summary>
sealed class TemporaryStore : IDisposable
{
    readonly string root;
    readonly bool isOwned;

    /// <param name="directory">For the objects, and not removed; null for one of its own.</param>
    public TemporaryStore(bool isDurable = false, string? directory = null)
    {
        isOwned = directory is null;
        root = directory ?? Directory.CreateTempSubdirectory("imagesdk-objects-").FullName;
        Store = new ObjectStore(directory ?? Path.Combine(root, "objects"), isDurable);
    }

    public ObjectStore Store { get; }

    public string this[string name] => Path.Combine(root, name);

    public ObjectCatalogue Open(TimeProvider? time = null, ObjectLimits? limits = null) => ObjectCatalogue.Open(Store, time, limits);

    /// <summary>All files of the store.</summary>
    public string[] Files() => !Directory.Exists(Store.Directory) ? [] : Directory
        .EnumerateFiles(Store.Directory, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Store.Directory, path)).Order(StringComparer.Ordinal).ToArray();

    public static byte[] Content(int length, int seed = 1)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    public void Dispose()
    {
        if (isOwned)
            Directory.Delete(root, recursive: true);
    }
}
