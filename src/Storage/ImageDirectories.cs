using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Storage;

/// <summary>The files and directories below an image directory, as the original's image server lays them out.</summary>
sealed class ImageDirectories(string root)
{
    const UnixFileMode DirectoryMode = (UnixFileMode)Permissions.Directory;

    public string PathOf(string name) => name == ImageName.RootDirectory ? root : Path.Combine(root, name);

    public bool Exists(string name) => Directory.Exists(PathOf(name));

    /// <summary>All directories by name, the root (".") among them, in no order.</summary>
    public IEnumerable<string> List() => !Directory.Exists(root) ? [] : Walk(new DirectoryInfo(root), "");

    /// <summary>The files that can be images or deleted images, below a directory or directly in it.</summary>
    public IEnumerable<(string Name, FileInfo File)> ListFiles(string? onlyIn)
    {
        foreach (var name in onlyIn is null ? List() : [onlyIn])
        {
            var prefix = name == ImageName.RootDirectory ? "" : name + "/";
            foreach (var file in new DirectoryInfo(PathOf(name)).EnumerateFiles("*", Everything))
            {
                if (file.LinkTarget is null && ImageName.FindFault(prefix + file.Name) is null)
                    yield return (prefix + file.Name, file);
            }
        }
    }

    static EnumerationOptions Everything => new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    static IEnumerable<string> Walk(DirectoryInfo directory, string prefix)
    {
        yield return prefix.Length == 0 ? ImageName.RootDirectory : prefix[..^1];
        foreach (var child in directory.EnumerateDirectories("*", Everything))
        {
            if (child.LinkTarget is not null || ImageName.FindFault(prefix + child.Name) is not null)
                continue;
            foreach (var name in Walk(child, $"{prefix}{child.Name}/"))
                yield return name;
        }
    }

    /// <summary>Makes a directory and those above it, and makes them durable.</summary>
    public void Make(string name)
    {
        if (Exists(name))
            return;
        if (name == ImageName.RootDirectory)
        {
            Directory.CreateDirectory(root, DirectoryMode);
            return;
        }
        var parent = ImageName.GetDirectory(name);
        Make(parent);
        if (File.Exists(PathOf(name)))
            throw new StoreException($"{name} is an image, not a directory");
        Directory.CreateDirectory(PathOf(name), DirectoryMode);
        DirectoryHandle.Synchronize(PathOf(parent));
    }

    /// <param name="withDeleted">Also if it holds deleted images, or has an owner.</param>
    /// <exception cref="StoreException">It is not empty.</exception>
    public void Remove(string name, bool withDeleted)
    {
        var directory = new DirectoryInfo(PathOf(name));
        var entries = directory.EnumerateFileSystemInfos("*", Everything).ToArray();
        // The owner is kept in a file of the directory: for the original that is not empty, and replicas of its kind would keep it for ever.
        if (!entries.All(entry => withDeleted && (entry.Name == DirectoryMetadataFile.Name || entry is FileInfo { Length: 0, LinkTarget: null })))
            throw new StoreException($"remove {directory.FullName}: directory not empty");
        foreach (var entry in entries)
            entry.Delete();
        directory.Delete();
        DirectoryHandle.Synchronize(directory.Parent!.FullName);
    }

    /// <summary>Paths of the files that are, or were, on their way to be images or metadata.</summary>
    public IEnumerable<string> ListTemporaries() => List()
        .SelectMany(name => new DirectoryInfo(PathOf(name)).EnumerateFiles("*~", Everything))
        .Where(file => file.LinkTarget is null).Select(file => file.FullName).ToArray();

    /// <summary>What is kept about a directory; nothing for one without metadata.</summary>
    /// <exception cref="ImageFileException">The metadata is damaged.</exception>
    public DirectoryMetadata ReadMetadata(string name)
    {
        try
        {
            using var file = File.Open(
                MetadataPath(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return DirectoryMetadataFile.Read(file);
        }
        catch (FileNotFoundException)
        {
            return new DirectoryMetadata("");
        }
    }

    public void WriteMetadata(string name, DirectoryMetadata metadata)
    {
        if (metadata.OwnerGroup.Length == 0)
            File.Delete(MetadataPath(name));
        else
        {
            using var temporary = new TemporaryFile(
                $"{MetadataPath(name)}.{Guid.NewGuid():N}~",
                (UnixFileMode)Permissions.File);
            DirectoryMetadataFile.Write(temporary.Stream, metadata);
            temporary.Close(toDisk: true);
            temporary.MoveTo(MetadataPath(name));
        }
        DirectoryHandle.Synchronize(PathOf(name));
    }

    string MetadataPath(string name) => Path.Combine(PathOf(name), DirectoryMetadataFile.Name);
}
