using System.Globalization;
using System.Text;
using ImageSdk.Hosting.Options;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Logs;

/// <summary>
/// The log of a server: the last lines in memory, files that begin again when they are full, the oldest deleted when all
/// together are too large. For many threads. Where a file cannot be written, lines go to standard error.
/// </summary>
public sealed class ServerLog : IDisposable
{
    const string LatestName = "latest";
    const UnixFileMode DirectoryMode = (UnixFileMode)Permissions.Directory;

    readonly Lock gate = new();
    readonly Queue<string> last = [];
    readonly List<LogWatch> watches = [];
    readonly DaemonOptions options;
    readonly TimeProvider time;
    FileStream? file;
    bool isFileBroken;
    bool isClosed;

    public ServerLog(DaemonOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        DebugLevel = options.LogDebugLevel;
    }

    /// <summary>Up to which level details are logged; -1 for none.</summary>
    public int DebugLevel { get; set => field = Math.Max(value, -1); }

    /// <summary>The directory of the files; null for none.</summary>
    public string? Directory => options.LogDirectory.Length > 0 ? options.LogDirectory : null;

    /// <summary>The last lines, the oldest first.</summary>
    public IReadOnlyList<string> LastLines
    {
        get
        {
            lock (gate)
                return [.. last];
        }
    }

    public void Write(string message) => Write(message, level: -1);

    /// <param name="level">0 for what may interest most, more for finer details.</param>
    public void Debug(int level, string message)
    {
        if (level <= DebugLevel || IsWatched(level))
            Write(message, level);
    }

    /// <summary>Listens from now on, until the watch is disposed of or is too slow.</summary>
    /// <param name="level">Details up to this one, whether they are logged or not; -1 for none.</param>
    /// <param name="isWanted">Asked for each line; has to be quick.</param>
    public LogWatch Watch(int level, Func<string, bool> isWanted)
    {
        var watch = new LogWatch(level, isWanted, Remove);
        lock (gate)
            watches.Add(watch);
        return watch;

        void Remove(LogWatch ended)
        {
            lock (gate)
                watches.Remove(ended);
        }
    }

    void Write(string message, int level)
    {
        var format = options.LogSubseconds ? "yyyy/MM/dd HH:mm:ss.ffffff" : "yyyy/MM/dd HH:mm:ss";
        var line = $"{time.GetLocalNow().ToString(format, CultureInfo.InvariantCulture)} {LogText.Clean(message)}";
        lock (gate)
        {
            foreach (var watch in watches.ToArray())
                watch.Offer(line, level);
            if (level > DebugLevel)
                return;
            last.Enqueue(line);
            while (last.Count > Math.Max(1, options.LogBufferLines))
                last.Dequeue();
            if (Directory is null || isFileBroken || options.AlsoLogToStderr)
                Console.Error.WriteLine(line);
            if (Directory is not null && !isFileBroken && !isClosed)
                WriteToFile(line);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            file?.Dispose();
            file = null;
            isClosed = true;
        }
    }

    bool IsWatched(int level)
    {
        lock (gate)
            return watches.Exists(watch => level <= watch.Level);
    }

    void WriteToFile(string line)
    {
        try
        {
            if (file is null || (ulong)file.Position >= options.LogFileMaxSize)
                Begin();
            file!.Write(Encoding.UTF8.GetBytes(line + "\n"));
            file.Flush();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            isFileBroken = true;
            Console.Error.WriteLine($"{options.LogDirectory}: {problem.Message}: logging to standard error");
            Console.Error.WriteLine(line);
        }
    }

    void Begin()
    {
        file?.Dispose();
        System.IO.Directory.CreateDirectory(options.LogDirectory, DirectoryMode);
        var name = time.GetLocalNow().ToString("yyyy-MM-dd:HH:mm:ss.fff", CultureInfo.InvariantCulture);
        file = new FileStream(Path.Combine(options.LogDirectory, name), FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
        var link = Path.Combine(options.LogDirectory, LatestName);
        File.Delete(link);
        File.CreateSymbolicLink(link, name);
        DeleteOldest();
    }

    void DeleteOldest()
    {
        var files = new DirectoryInfo(options.LogDirectory).GetFiles().Where(log => log.LinkTarget is null && char.IsAsciiDigit(log.Name[0]))
            .OrderByDescending(log => log.Name, StringComparer.Ordinal).ToArray();
        ulong total = 0;
        foreach (var log in files)
        {
            total += (ulong)log.Length;
            if (total > options.LogQuota && log.FullName != file!.Name)
                log.Delete();
        }
    }
}
