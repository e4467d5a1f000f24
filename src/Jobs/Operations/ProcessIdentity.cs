using System.Globalization;

namespace ImageSdk.Jobs.Operations;

/// <summary>
/// Names a process so that another of the same user and machine can tell whether it is gone: machine, user, boot, PID namespace, number and
/// start time. Processes of other users may be hidden (proc(5), hidepid).
/// A restarted daemon need not wait for the leases of the one that was killed.
/// </summary>
static class ProcessIdentity
{
    const string Unknown = "unknown";

    static readonly string? Machine = Describe();

    /// <summary>This process; null where the system does not tell enough.</summary>
    public static string? Own { get; } = Machine is not null && StartTime(Environment.ProcessId) is { } started and not Unknown
        ? $"{Machine}|{Environment.ProcessId}|{started}"
        : null;

    /// <summary>Whether the process is known to have ended. One of another machine or container is never known to.</summary>
    public static bool IsGone(string? identity)
        => Machine is not null && identity?.Split('|') is [.. var machine, var number, var started]
            && string.Join('|', machine) == Machine
            && int.TryParse(number, CultureInfo.InvariantCulture, out var id)
            && StartTime(id) is not Unknown and var present && present != started;

    /// <summary>Whether the process is known to live. One of another machine or container is never known to.</summary>
    public static bool IsAlive(string? identity)
        => Machine is not null && identity?.Split('|') is [.. var machine, var number, var started]
            && string.Join('|', machine) == Machine
            && int.TryParse(number, CultureInfo.InvariantCulture, out var id)
            && StartTime(id) == started;

    static string? Describe()
    {
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            return new FileInfo("/proc/self/ns/pid").LinkTarget is { } space ? $"{Environment.MachineName}|{Environment.UserName}|{boot}|{space}" : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The 22nd field of /proc/PID/stat (proc(5)); null where there is no such process, or it is dead and only its parent has yet to notice.</summary>
    static string? StartTime(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            // The name in parentheses may have spaces and parentheses itself.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception is FileNotFoundException or DirectoryNotFoundException ? null : Unknown;
        }
    }
}
