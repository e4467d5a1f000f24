using System.Collections.Concurrent;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Trees;

namespace ImageSdk.Building.Scanning;

/// <summary>
/// The image records that a build works with, each decoded once. One that was replaced meanwhile is read again. For several
/// threads at once.
/// </summary>
sealed class ImageRecords
{
    /// <summary>Of a record that is being written.</summary>
    static readonly Stamp Pending = new(DateTime.MaxValue, -1);

    readonly ConcurrentDictionary<string, Entry> known = new();
    readonly ConcurrentBag<Task> writing = [];

    readonly record struct Stamp(DateTime Written, long Length);

    sealed record Entry(Stamp Stamp, Lazy<Image> Image);

    /// <exception cref="BuildException">The file is no image record.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public Image Read(string file) => Find(file).Image.Value;

    /// <summary>Begins to read a file that is going to be needed; errors are reported then.</summary>
    public void Prefetch(string file)
    {
        var entry = Find(file);
        ThreadPool.UnsafeQueueUserWorkItem(static image =>
        {
            try
            {
                _ = image.Value;
            }
            catch (Exception exception) when (exception is BuildException or IOException or UnauthorizedAccessException)
            {
                // Kept, and thrown where the record is asked for.
            }
        }, entry.Image, preferLocal: false);
    }

    public void Write(string file, Image image)
    {
        ImageRecord.Write(file, image);
        known[file] = new(StampOf(file), new Lazy<Image>(image));
    }

    /// <summary>
    /// Begins to write a record that readers find here meanwhile. The file keeps its old time until it is replaced, so that a
    /// build that is killed before does not take it for the new one.
    /// </summary>
    public void WriteBehind(string file, Image image)
    {
        known[file] = new(Pending, new Lazy<Image>(image));
        writing.Add(Task.Run(() => Write(file, image)));
    }

    /// <summary>Waits until all is written.</summary>
    /// <exception cref="IOException">A record could not be written.</exception>
    public async Task FlushAsync()
    {
        while (writing.TryTake(out var task))
            await task;
    }

    public void Clear() => known.Clear();

    Entry Find(string file)
    {
        var stamp = StampOf(file);
        if (known.TryGetValue(file, out var entry) && (entry.Stamp == stamp || entry.Stamp == Pending))
            return entry;
        return known[file] = new(stamp, new Lazy<Image>(() => ImageRecord.Read(file)));
    }

    static Stamp StampOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? new(info.LastWriteTimeUtc, info.Length) : default;
    }
}
