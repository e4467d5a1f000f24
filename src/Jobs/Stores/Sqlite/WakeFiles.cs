using ImageSdk.Jobs.Waking;

namespace ImageSdk.Jobs.Stores.Sqlite;

/// <summary>
/// Signals between the processes that share a file of jobs: a directory beside it, in which each process touches files of its own, one for
/// each kind of change, and watches those of the others (inotify).
/// </summary>
sealed class WakeFiles(string directory) : IDisposable
{
    static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    readonly string own = Guid.NewGuid().ToString("N");

    /// <summary>Signals are a courtesy: where they cannot be sent, the others look by themselves before long.</summary>
    public void Touch(IEnumerable<WakeKind> kinds)
    {
        foreach (var kind in kinds)
            try
            {
                using var file = new FileStream(Path.Combine(directory, $"{own}.{kind}"), FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 0);
                file.WriteByte((byte)'.');
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
            }
    }

    public async Task ListenAsync(WakeHub hub, Action<string> report, CancellationToken cancel)
    {
        try
        {
            Directory.CreateDirectory(directory);
            RemoveStale();
            using var watcher = new FileSystemWatcher(directory) { NotifyFilter = NotifyFilters.LastWrite };
            watcher.Changed += (_, change) => Pass(change.Name, hub);
            watcher.Error += (_, _) => hub.SignalAll();
            watcher.EnableRaisingEvents = true;
            hub.SignalAll();
            await Task.Delay(Timeout.Infinite, cancel);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report($"changes of jobs by other processes cannot be watched, looking every second: {exception.Message}");
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
            while (await timer.WaitForNextTickAsync(cancel))
                hub.SignalAll();
        }
    }

    void Pass(string? name, WakeHub hub)
    {
        if (name is null || name.StartsWith(own, StringComparison.Ordinal))
            return;
        if (WakeTopic.Parse(Path.GetExtension(name).TrimStart('.')) is { } topic)
            hub.Signal(topic);
    }

    /// <summary>Files of processes that were killed. One that is alive and was silent for so long makes its files again.</summary>
    void RemoveStale()
    {
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles())
            if (DateTime.UtcNow - file.LastWriteTimeUtc > StaleAfter)
                file.Delete();
    }

    public void Dispose()
    {
        try
        {
            foreach (var kind in Enum.GetValues<WakeKind>())
                File.Delete(Path.Combine(directory, $"{own}.{kind}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
