namespace ImageSdk.Imaginator.Engine;

/// <summary>Where builds keep their state from one to the next. Builds of a stream that go on at once have different ones.</summary>
/// <param name="root">Where they lie.</param>
/// <param name="gate">Builds go through it.</param>
sealed class BuildDirectories(string root, BuildGate gate)
{
    readonly Lock turn = new();
    readonly HashSet<string> used = new(StringComparer.Ordinal);

    public string Root => root;

    /// <summary>A build begins, with a directory that no other build uses.</summary>
    /// <param name="stream">What it builds; may have slashes.</param>
    /// <param name="waiting">Is called where the build has to wait.</param>
    public async Task<BuildDirectory> TakeAsync(string stream, Action waiting, CancellationToken cancellation)
    {
        var inside = await gate.EnterAsync(waiting, cancellation);
        try
        {
            var path = Take(stream);
            return new(path, () =>
            {
                lock (turn)
                    used.Remove(path);
                inside.Dispose();
            });
        }
        catch
        {
            inside.Dispose();
            throw;
        }
    }

    string Take(string stream)
    {
        lock (turn)
            for (var number = 0; ; number++)
            {
                // No part of a stream's name begins so.
                var path = Path.Combine(root, stream, $"@{number}");
                if (used.Contains(path))
                    continue;
                Directory.CreateDirectory(path);
                Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow);
                used.Add(path);
                return path;
            }
    }

    /// <summary>Those that there are, of builds that go on and of others, with the time of the last use.</summary>
    public IEnumerable<(string Path, DateTime Used)> List() => !Directory.Exists(root) ? [] :
        Find(new(root)).Select(found => (found.FullName, found.LastWriteTimeUtc));

    // What builds keep there may have such names, too.
    static IEnumerable<DirectoryInfo> Find(DirectoryInfo directory) => directory.EnumerateDirectories()
        .SelectMany(below => below.Name.StartsWith('@') ? [below] : Find(below));

    /// <summary>Takes one away, unless a build uses it.</summary>
    /// <returns>Where it is now, for its removal: no build finds it. Null where a build uses it.</returns>
    public string? TryTakeAway(string path)
    {
        lock (turn)
        {
            if (used.Contains(path))
                return null;
            // One that is found here later was left by a daemon that ended before it was removed.
            var away = Path.Combine(root, $"@{Guid.NewGuid():N}");
            Directory.Move(path, away);
            // Of a stream that is not built any more.
            for (var parent = Path.GetDirectoryName(path)!; parent.Length > root.Length && !Directory.EnumerateFileSystemEntries(parent).Any(); parent = Path.GetDirectoryName(parent)!)
                Directory.Delete(parent);
            return away;
        }
    }
}

/// <summary>The directory of a build that goes on, which ends when this is disposed of.</summary>
sealed class BuildDirectory(string path, Action release) : IDisposable
{
    readonly List<IDisposable> held = [];

    public string Path => path;

    /// <summary>What the build needs until its end.</summary>
    public T Hold<T>(T resource)
        where T : IDisposable
    {
        held.Add(resource);
        return resource;
    }

    public void Dispose()
    {
        foreach (var resource in held)
            resource.Dispose();
        held.Clear();
        release();
    }
}
