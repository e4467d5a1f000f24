using System.Diagnostics;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Limits;

/// <summary>The control groups of one command. They are removed when its last process is gone.</summary>
sealed class CommandGroups : IDisposable
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    readonly Dictionary<string, (string Directory, bool IsSecond)> byController = [];

    public IEnumerable<string> Directories => byController.Values.Select(group => group.Directory).Distinct();

    public (string Directory, bool IsSecond)? Find(string controller) => byController.TryGetValue(controller, out var group) ? group : null;

    public void Add(string controller, string directory, bool isSecond) => byController[controller] = (directory, isSecond);

    /// <summary>Does without a controller that takes no bound.</summary>
    public void Drop(string controller)
    {
        if (!byController.Remove(controller, out var group) || Directories.Contains(group.Directory))
            return;
        Remove(group.Directory);
    }

    /// <summary>Whether a process was refused for being too many.</summary>
    public bool RefusedProcess => Find("pids") is { } group && Count(group.Directory, "pids.events", "max") > 0;

    /// <summary>Whether a process was ended for taking too much memory.</summary>
    public bool RanOutOfMemory => Find("memory") is { } group && Count(group.Directory, group.IsSecond ? "memory.events" : "memory.oom_control", "oom_kill") > 0;

    // An older kernel does not count; what failed says so itself.
    static long Count(string directory, string file, string name) => KernelFile.ReadCounter(Path.Combine(directory, file), name);

    public void Dispose()
    {
        foreach (var directory in Directories.ToList())
            Remove(directory);
        byController.Clear();
    }

    /// <summary>Removes a group, waiting for processes that are being ended. One that does not go is left to the next worker.</summary>
    public static void Remove(string directory)
    {
        for (var start = Stopwatch.GetTimestamp(); ; Thread.Sleep(1))
            try
            {
                Directory.Delete(directory);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                if (Stopwatch.GetElapsedTime(start) > patience)
                    return;
            }
    }
}
