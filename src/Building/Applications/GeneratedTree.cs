using ImageSdk.Posix;

namespace ImageSdk.Building.Applications;

/// <summary>A folder of the build's state that is laid over the image's root. What is as it was is not written again, and what is no longer part of it goes.</summary>
sealed class GeneratedTree(string directory)
{
    readonly HashSet<string> paths = new(StringComparer.Ordinal);

    public string Directory { get; } = directory;

    public bool IsEmpty => paths.Count == 0;

    /// <param name="path">In the image, without a leading slash.</param>
    public void Write(string path, string text) => Put(path, file => AtomicFile.WriteWhenDifferent(file, text));

    public void Copy(string path, string from) => Put(path, file =>
    {
        var (old, current) = (new FileInfo(file), new FileInfo(from));
        if (old.Exists && old.Length == current.Length && old.LastWriteTimeUtc == current.LastWriteTimeUtc)
            return;
        System.IO.File.Copy(from, file, overwrite: true);
        System.IO.File.SetLastWriteTimeUtc(file, current.LastWriteTimeUtc);
    });

    public void Link(string path, string target) => Put(path, file =>
    {
        var link = new FileInfo(file);
        if (link.LinkTarget == target)
            return;
        System.IO.File.Delete(file);
        System.IO.File.CreateSymbolicLink(file, target);
    });

    /// <returns>The folder, which has what was put and nothing else.</returns>
    public string Complete()
    {
        System.IO.Directory.CreateDirectory(Directory);
        foreach (var file in System.IO.Directory.EnumerateFiles(Directory, "*", SearchOption.AllDirectories).ToList())
            if (!paths.Contains(Path.GetRelativePath(Directory, file)))
                System.IO.File.Delete(file);
        foreach (var folder in System.IO.Directory.EnumerateDirectories(Directory, "*", SearchOption.AllDirectories).OrderByDescending(folder => folder.Length).ToList())
            if (!System.IO.Directory.EnumerateFileSystemEntries(folder).Any())
                System.IO.Directory.Delete(folder);
        return Directory;
    }

    void Put(string path, Action<string> write)
    {
        if (!paths.Add(path))
            throw new InvalidOperationException($"{path} is generated twice.");
        var file = Path.Combine(Directory, path);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        write(file);
    }
}
