using System.Globalization;

namespace ImageSdk.Posix;

/// <summary>Files of /proc and /sys. They come and go with processes, kernels and containers.</summary>
public static class KernelFile
{
    /// <summary>What a file says; null where it is not there or may not be read.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The number behind a name in a file of counters, as vmstat and memory.events have them; 0 where there is none.</summary>
    public static long ReadCounter(string path, string name)
    {
        foreach (var line in (TryRead(path) ?? "").Split('\n'))
            if (line.Split(' ') is [var key, var text] && key == name && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
                return count;
        return 0;
    }
}
