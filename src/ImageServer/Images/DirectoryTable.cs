using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Images;

/// <summary>The directories of the server by name, in memory and on disk. For one thread at a time.</summary>
sealed class DirectoryTable
{
    readonly Dictionary<string, DirectoryMetadata> directories = [];
    readonly ImageStore store;

    /// <param name="report">Told of metadata that cannot be read; the directory then has no owner.</param>
    public DirectoryTable(ImageStore store, Action<string> report)
    {
        this.store = store;
        store.MakeDirectory(ImageName.RootDirectory);
        foreach (var name in store.ListDirectories())
            directories[name] = Read(name, report);
    }

    public int Count => directories.Count;

    public bool Contains(string name) => directories.ContainsKey(name);

    /// <summary>The group that owns a directory, empty where none does; null for an unknown directory.</summary>
    public string? OwnerGroupOf(string name) => directories.GetValueOrDefault(name)?.OwnerGroup;

    /// <summary>All in version order, so that those above come before those below.</summary>
    public IReadOnlyList<ImageDirectory> List() =>
        [.. directories.OrderBy(known => known.Key, VersionOrder.Instance).Select(known => new ImageDirectory(known.Key, known.Value))];

    /// <summary>Makes a directory in one that exists. It belongs to whom the one above belongs to.</summary>
    /// <param name="metadata">Null for that.</param>
    /// <exception cref="SrpcException">The one above does not exist, or an image has the name.</exception>
    public ImageDirectory Make(string name, DirectoryMetadata? metadata = null)
    {
        var parent = ImageName.GetDirectory(name);
        var inherited = directories.GetValueOrDefault(parent) ?? throw new SrpcException($"no metadata for: {parent}");
        store.MakeDirectory(name);
        return Set(name, metadata ?? inherited);
    }

    /// <summary>Replaces what is kept about a directory.</summary>
    public ImageDirectory Set(string name, DirectoryMetadata metadata)
    {
        if (directories.GetValueOrDefault(name, new("")) != metadata)
            store.SetDirectoryMetadata(name, metadata);
        directories[name] = metadata;
        return new(name, metadata);
    }

    /// <param name="withDeleted">Also if images were deleted in it, or a group owns it.</param>
    /// <exception cref="SrpcException">There is no such directory, or it is the root.</exception>
    /// <exception cref="StoreException">It is not empty.</exception>
    public void Remove(string name, bool withDeleted)
    {
        if (!Contains(name))
            throw new SrpcException($"directory: {name} does not exist");
        if (name == ImageName.RootDirectory)
            throw new SrpcException("cannot remove root directory");
        store.RemoveDirectory(name, withDeleted);
        directories.Remove(name);
    }

    /// <summary>
    /// A directory's name without what does not matter in it: doubled slashes, one at the end, parts that are ".".
    /// </summary>
    public static string Clean(string name)
    {
        var parts = name.Split('/').Where(part => part.Length > 0 && part != ".").ToArray();
        return parts.Length == 0 ? ImageName.RootDirectory : (name.StartsWith('/') ? "/" : "") + string.Join('/', parts);
    }

    DirectoryMetadata Read(string name, Action<string> report)
    {
        try
        {
            return store.GetDirectoryMetadata(name);
        }
        catch (ImageFileException problem)
        {
            report($"directory {name}: {problem.Message}; it has no owner until one is set");
            return new("");
        }
    }
}
