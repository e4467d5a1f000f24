using System.Diagnostics;

namespace ImageSdk.Storage;

/// <summary>Held by at most one of all processes and threads that use a directory. Dies with its process.</summary>
sealed class StoreLock : IDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    readonly FileStream file;

    StoreLock(FileStream file) => this.file = file;

    /// <exception cref="StoreException">Another process has held the lock for a minute.</exception>
    public static StoreLock Take(string path)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryOpenAlone(path, FileMode.OpenOrCreate) is { } file)
                return new(file);
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new StoreException($"{path}: held by another process for {Patience.TotalSeconds} seconds");
            Thread.Sleep(Pause);
        }
    }

    /// <summary>Opens a file that no other process has open for writing; null where one has.</summary>
    public static FileStream? TryOpenAlone(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    // The file stays: removing it would let a waiter lock one that the next comer does not see.
    public void Dispose() => file.Dispose();
}
