using System.Text;

namespace ImageSdk.Hosting.Logs;

/// <summary>The log of the server as far as there are files of it; else, what is in memory.</summary>
public sealed class LogFiles(ServerLog log)
{
    /// <summary>Of what is in memory.</summary>
    public const string Latest = "latest";

    /// <summary>Names of the files, the oldest first; empty without a directory.</summary>
    public IReadOnlyList<string> List()
    {
        if (log.Directory is not { } directory || !Directory.Exists(directory))
            return [];
        return [.. new DirectoryInfo(directory).GetFiles().Where(IsLog).Select(file => file.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>The lines of a file, or of <see cref="Latest"/>; null where there is no such file.</summary>
    /// <param name="name">From outside: only names of the list are taken.</param>
    public IEnumerable<string>? Read(string name)
    {
        if (name == Latest)
            return log.LastLines;
        return List().Contains(name) ? ReadLines(Path.Combine(log.Directory!, name)) : null;
    }

    /// <summary>All lines that are not older than a time, the oldest first. Lines say when in local time.</summary>
    public IEnumerable<string> ReadSince(DateTimeOffset time)
    {
        var earliest = time.LocalDateTime.ToString("yyyy/MM/dd HH:mm:ss");
        var lines = log.Directory is { } directory && List() is { Count: > 0 } files
            ? files.Select(name => Path.Combine(directory, name)).Where(path => File.GetLastWriteTimeUtc(path) >= time.UtcDateTime).SelectMany(ReadLines)
            : log.LastLines;
        return lines.SkipWhile(line => string.CompareOrdinal(line, 0, earliest, 0, earliest.Length) < 0);
    }

    static bool IsLog(FileInfo file) => file.LinkTarget is null && char.IsAsciiDigit(file.Name[0]);

    // Others write to it, and may delete it when it is the oldest.
    static IEnumerable<string> ReadLines(string path)
    {
        StreamReader reader;
        try
        {
            reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), Encoding.UTF8);
        }
        catch (FileNotFoundException)
        {
            yield break;
        }
        using (reader)
        {
            while (reader.ReadLine() is { } line)
                yield return line;
        }
    }
}
