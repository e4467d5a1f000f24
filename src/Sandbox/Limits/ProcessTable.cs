using System.Globalization;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Limits;

/// <summary>What the processes of the worker's namespace take, the worker left out: where no control group counts it.</summary>
static class ProcessTable
{
    /// <summary>Processes and threads.</summary>
    public static int CountTasks() => Others().Sum(process => ReadThreads(process));

    /// <summary>Bytes of memory; what several share is counted once.</summary>
    /// <param name="enough">More than this need not be counted exactly.</param>
    public static long CountMemory(long enough)
    {
        // Quick, and too much where processes share.
        var most = Others().Sum(ReadResident);
        return most < enough ? most : Others().Sum(ReadProportional);
    }

    static IEnumerable<string> Others()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId)
                yield return directory;
    }

    // proc_pid_stat(5): the name may have any character; after it come 17 fields up to the number of threads.
    static int ReadThreads(string process) =>
        KernelFile.TryRead($"{process}/stat") is { } text && text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 17 } fields
            ? int.Parse(fields[17], CultureInfo.InvariantCulture)
            : 0;

    static long ReadResident(string process) =>
        KernelFile.TryRead($"{process}/statm")?.Split(' ') is [_, var pages, ..] ? long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize : 0;

    static long ReadProportional(string process)
    {
        foreach (var line in (KernelFile.TryRead($"{process}/smaps_rollup") ?? "").Split('\n'))
            if (line.StartsWith("Pss:", StringComparison.Ordinal))
                return long.Parse(line.AsSpan(4, line.Length - 4 - " kB".Length), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) << 10;
        return 0;
    }
}
