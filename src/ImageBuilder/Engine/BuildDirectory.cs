using System.Collections.Concurrent;

namespace ImageSdk.ImageBuilder.Engine;

/// <summary>
/// Where a build keeps its state and its output. Builds of the same content have the same one, one after the other: where nothing has changed, the
/// image that lies there is the answer.
/// </summary>
sealed class BuildDirectory : IDisposable
{
    static readonly ConcurrentDictionary<string, bool> used = new(StringComparer.Ordinal);

    BuildDirectory(string path) => Path = path;

    public string Path { get; }

    public static BuildDirectory Take(string root, string key)
    {
        for (var number = 0; ; number++)
        {
            var path = System.IO.Path.Combine(root, number == 0 ? key : $"{key}@{number}");
            if (!used.TryAdd(path, true))
                continue;
            Directory.CreateDirectory(path);
            Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return new(path);
        }
    }

    /// <summary>Removes those that were not used for longest, of those that no build uses, until the rest is within a size.</summary>
    public static void Trim(string root, ulong quota)
    {
        if (!Directory.Exists(root))
            return;
        var total = 0UL;
        foreach (var directory in new DirectoryInfo(root).EnumerateDirectories().OrderByDescending(directory => directory.LastWriteTimeUtc).ToList())
        {
            total += (ulong)directory.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
            if (total <= quota || !used.TryAdd(directory.FullName, true))
                continue;
            try
            {
                directory.Delete(recursive: true);
            }
            finally
            {
                used.TryRemove(directory.FullName, out _);
            }
        }
    }

    public void Dispose() => used.TryRemove(Path, out _);
}
