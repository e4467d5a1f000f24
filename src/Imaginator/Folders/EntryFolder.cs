using System.Text;
using ImageSdk.Posix;

namespace ImageSdk.Imaginator.Folders;

/// <summary>A folder of directories, each of which goes by itself.</summary>
/// <param name="list">All of them, with the time of their last use.</param>
/// <param name="takeAway">Moves one away, unless it is used: null, or where it is now.</param>
/// <param name="time">The clock.</param>
sealed class EntryFolder(Func<IEnumerable<(string Path, DateTime Used)>> list, Func<string, CancellationToken, Task<string?>> takeAway, TimeProvider time) : IFolderContent
{
    const ulong DirectorySize = 4096;

    public Task<ulong> MeasureAsync(CancellationToken cancellation) => Task.Run(() => list().Aggregate(0ul, (sum, entry) =>
    {
        cancellation.ThrowIfCancellationRequested();
        return sum + SizeOf(entry.Path);
    }), cancellation);

    public bool HasExpired(FolderLimits limits) => list().Any(entry => IsExpired(entry.Used, limits));

    public Task CollectAsync(FolderLimits limits, CancellationToken cancellation) => Task.Run(async () =>
    {
        var room = limits.Target;
        var isFull = false;
        var doomed = new List<string>();
        foreach (var (path, used) in list().OrderByDescending(entry => entry.Used).ThenBy(entry => entry.Path, StringComparer.Ordinal))
        {
            var size = SizeOf(path);
            // One that is older and happens to be small is no reason to keep it.
            isFull |= size > room;
            if (isFull || IsExpired(used, limits))
                doomed.Add(path);
            else
                room -= size;
        }
        doomed.Reverse();
        foreach (var path in doomed)
        {
            cancellation.ThrowIfCancellationRequested();
            if (await takeAway(path, cancellation) is { } away)
                Remove(away);
        }
    }, cancellation);

    bool IsExpired(DateTime used, FolderLimits limits) => time.GetUtcNow().UtcDateTime - used > limits.MaxAge;

    /// <summary>With what the directory itself takes, which some file systems do not count.</summary>
    static ulong SizeOf(string path)
    {
        try
        {
            using var directory = DirectoryHandle.Open(path);
            return directory.Measure() + DirectorySize;
        }
        catch (PosixException problem) when (problem.IsNotFound)
        {
            return 0;
        }
    }

    // Names in trees of projects are bytes, and trees may be deep.
    static void Remove(string path)
    {
        using var parent = DirectoryHandle.Open(Path.GetDirectoryName(path)!);
        parent.RemoveTree(Encoding.UTF8.GetBytes(Path.GetFileName(path)));
    }
}
