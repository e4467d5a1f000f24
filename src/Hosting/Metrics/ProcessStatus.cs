using System.Globalization;

namespace ImageSdk.Hosting.Metrics;

/// <summary>What Linux says of this process in /proc/self/status (proc(5)).</summary>
public static class ProcessStatus
{
    /// <summary>The number in a line, in the line's unit; 0 where there is none.</summary>
    public static long Read(string name)
    {
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.TryParse(line?.Split([' ', '\t', ':'], StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
    }
}
