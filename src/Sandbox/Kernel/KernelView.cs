using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// What of the kernel's files is hidden from commands or read-only to them, as containers have it by convention (the masked and read-only
/// paths of the OCI runtimes).
/// </summary>
/// <param name="emptyFile">Is mounted over files that are hidden.</param>
/// <param name="emptyDirectory">Is mounted over directories that are hidden.</param>
/// <param name="isRootless">Whether commands run in a user namespace: what only the machine's root may write is safe from them.</param>
sealed class KernelView(string emptyFile, string emptyDirectory, bool isRootless)
{
    /// <summary>Hidden wholly, where the kernel has them.</summary>
    static readonly string[] masked =
    [
        "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
        "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs/selinux",
    ];

    /// <summary>The directories below /sys that are to be hidden.</summary>
    public static IEnumerable<string> MaskedSystem() =>
        masked.Where(path => path.StartsWith("/sys/", StringComparison.Ordinal) && Directory.Exists(path)).Concat(ThermalThrottle());

    /// <summary>Arguments of bubblewrap that mount /proc.</summary>
    public IEnumerable<string> ProcessArguments() =>
    [
        "--proc", "/proc",
        .. new DirectoryInfo("/proc").EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal).SelectMany(Protect),
    ];

    // All but processes is the machine's. That only root may write there does not help: scripts are root. In root's builds they own what
    // the unprivileged user can write, too, and could take it away from the machine's users.
    IEnumerable<string> Protect(FileSystemInfo entry)
    {
        if (entry.LinkTarget is not null || char.IsAsciiDigit(entry.Name[0]))
            return [];
        var isDirectory = entry is DirectoryInfo;
        if (masked.Contains(entry.FullName))
            return ["--ro-bind", isDirectory ? emptyDirectory : emptyFile, entry.FullName];
        return isDirectory || !isRootless || (entry.UnixFileMode & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0
            ? ["--ro-bind", entry.FullName, entry.FullName]
            : [];
    }

    static IEnumerable<string> ThermalThrottle() => Directory.Exists("/sys/devices/system/cpu")
        ? Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*").Select(cpu => Path.Combine(cpu, "thermal_throttle")).Where(Directory.Exists)
        : [];
}
