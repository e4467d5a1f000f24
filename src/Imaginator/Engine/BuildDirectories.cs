using System.Collections.Concurrent;

namespace ImageSdk.Imaginator.Engine;

/// <summary>Where builds of streams keep their state from one to the next. Builds of a stream that go on at once have different ones.</summary>
/// <param name="root">Where they lie.</param>
sealed class BuildDirectories(string root)
{
    readonly ConcurrentDictionary<string, bool> used = new(StringComparer.Ordinal);

    /// <summary>Takes one that no build uses.</summary>
    public BuildDirectory Take(string stream)
    {
        for (var number = 0; ; number++)
        {
            // No part of a stream's name begins so.
            var path = Path.Combine(root, stream, $"@{number}");
            if (!used.TryAdd(path, true))
                continue;
            Directory.CreateDirectory(path);
            return new(path, () => used.TryRemove(path, out _));
        }
    }
}

sealed class BuildDirectory(string path, Action release) : IDisposable
{
    public string Path => path;

    public void Dispose() => release();
}
