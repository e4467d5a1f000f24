namespace ImageSdk.Imaginator.Configuration;

/// <summary>
/// Looks at a configuration file again and again: at local files when their directory says that something has changed (inotify) and every
/// few seconds, at others as often as is asked for.
/// </summary>
/// <param name="url">Where it is.</param>
/// <param name="interval">How often others than local files are looked at; zero for once.</param>
/// <param name="time">The clock.</param>
sealed class ConfigurationWatch(string url, TimeSpan interval, TimeProvider time)
{
    /// <summary>For directories that cannot be watched, such as those of other machines.</summary>
    static readonly TimeSpan localInterval = TimeSpan.FromSeconds(5);

    /// <summary>After a failure, also where nothing else asks for another look.</summary>
    static readonly TimeSpan retryInterval = TimeSpan.FromSeconds(30);

    /// <summary>From the first sign of a change to the look: who writes to a file in place does it in several steps.</summary>
    static readonly TimeSpan settling = TimeSpan.FromMilliseconds(100);

    readonly string? file = FindFile(url);

    /// <summary>Looks once, and then whenever there may be something new.</summary>
    /// <param name="look">Looks; returns whether that worked.</param>
    public async Task RunAsync(Func<CancellationToken, Task<bool>> look, CancellationToken cancellation)
    {
        // Not disposed of: the watcher may have an event under way when it is.
        var changed = new SemaphoreSlim(0);
        using var watcher = Watch(changed);
        var stamp = default((DateTime, long, string?));
        while (true)
        {
            var seen = Stamp();
            var hasWorked = file is not null && seen == stamp || await look(cancellation);
            stamp = hasWorked ? seen : default;
            var pause = file is not null ? localInterval : interval > TimeSpan.Zero ? interval : hasWorked ? Timeout.InfiniteTimeSpan : retryInterval;
            if (await changed.WaitAsync(0, cancellation) || await WaitAsync(changed, pause, cancellation))
                await Task.Delay(settling, time, cancellation);
            while (await changed.WaitAsync(0, cancellation))
            {
                // One look is enough for all of them.
            }
        }
    }

    async Task<bool> WaitAsync(SemaphoreSlim changed, TimeSpan pause, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var wait = changed.WaitAsync(limit.Token);
        var isChanged = await Task.WhenAny(wait, Task.Delay(pause, time, limit.Token)) == wait;
        await limit.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        return isChanged;
    }

    /// <summary>What tells a new file from the old one, without reading it.</summary>
    (DateTime, long, string?) Stamp()
    {
        if (file is null)
            return default;
        var info = new FileInfo(file);
        return info.Exists ? (info.LastWriteTimeUtc, info.Length, info.LinkTarget) : default;
    }

    FileSystemWatcher? Watch(SemaphoreSlim changed)
    {
        if (file is null || Path.GetDirectoryName(file) is not { } directory || !Directory.Exists(directory))
            return null;
        try
        {
            var watcher = new FileSystemWatcher(directory, Path.GetFileName(file)) { NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size };
            watcher.Changed += (_, _) => Release();
            watcher.Created += (_, _) => Release();
            watcher.Renamed += (_, _) => Release();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (IOException)
        {
            // There are too many of them; it is looked at all the same.
            return null;
        }

        void Release()
        {
            try
            {
                changed.Release();
            }
            catch (ObjectDisposedException)
            {
                // The watch has ended.
            }
        }
    }

    static string? FindFile(string url)
    {
        try
        {
            return ConfigurationUrl.Parse(url) is { Kind: ConfigurationUrlKind.File, Address: var path } ? path : null;
        }
        catch (FormatException)
        {
            // Reading says so.
            return null;
        }
    }
}
