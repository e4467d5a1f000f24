namespace ImageSdk.Storage.Tests;

/// <summary>A directory that lives as long as its test.</summary>
sealed class TemporaryDirectory : IDisposable
{
    public string FullName { get; } = Directory.CreateTempSubdirectory("imagesdk-storage-").FullName;

    public string this[string name] => Path.Combine(FullName, name);

    /// <summary>All files below, but for the caches and locks of a store.</summary>
    public string[] Files() => Directory.EnumerateFiles(FullName, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(FullName, path))
        .Where(path => !path.Contains(".headers/", StringComparison.Ordinal) && Path.GetFileName(path) != ".lock").Order().ToArray();

    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
