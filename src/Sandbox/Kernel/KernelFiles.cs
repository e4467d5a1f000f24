using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// What commands see of the kernel: /proc and /sys with the settings of the building machine read-only and what tells of its
/// hardware and keys hidden, as containers have them by convention (the masked and read-only paths of the OCI runtimes), and an
/// empty stand-in for the sandbox's first process.
/// </summary>
/// <remarks>
/// The stand-in hides the command line by which the sandbox was started. It also makes programs find that the first process has
/// another root than they have, which is how systemctl, udevadm, ischroot and their like know that no init of the image runs: they
/// then answer as in any offline root.
/// </remarks>
sealed class KernelFiles
{
    /// <summary>Programs that have one.</summary>
    public static IReadOnlyList<CoveredProgram> Covered { get; } = WorkerEnvironment.IsRootless
        ? [KernelSettings.Program, ServiceManager.Program, DeviceNodes.Program]
        : [KernelSettings.Program, ServiceManager.Program];

    /// <summary>Hidden wholly, where the kernel has them.</summary>
    static readonly string[] Masked =
    [
        "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi", "/proc/timer_list",
        "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs/selinux",
    ];

    readonly string directory;
    readonly List<string> arguments = [];
    readonly Dictionary<string, string> filters = [];

    /// <param name="directory">Where it is made; a directory of the worker's session.</param>
    public KernelFiles(string directory)
    {
        this.directory = directory;
        Directory.CreateDirectory(directory);
        // A file system of its own, so that the mount table inside shows no path of the machine.
        Mounts.Mount("tmpfs", directory, "tmpfs", Mounts.Options.NoSetUid | Mounts.Options.NoDevices | Mounts.Options.NoExecute, "mode=0755");
        Directory.CreateDirectory(EmptyDirectory);
        File.WriteAllBytes(EmptyFile, []);
        MakeFirstProcess();
        MountSystem();
        arguments.AddRange(["--proc", "/proc"]);
        foreach (var entry in new DirectoryInfo("/proc").EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
            Protect(entry);
        arguments.AddRange(["--ro-bind", FirstProcess, "/proc/1", "--ro-bind", SystemDirectory, "/sys"]);
    }

    /// <summary>Arguments of bubblewrap that mount /proc and /sys.</summary>
    public IReadOnlyList<string> Arguments => arguments;

    /// <summary>The file of a filter of system calls for commands with some capabilities.</summary>
    public string Filter(IReadOnlyList<string> capabilities)
    {
        lock (filters)
        {
            var key = string.Join(' ', capabilities);
            if (!filters.TryGetValue(key, out var file))
            {
                file = Path.Combine(directory, $"filter{filters.Count}");
                SystemCalls.WriteFilter(file, capabilities);
                filters[key] = file;
            }
            return file;
        }
    }

    string EmptyFile => Path.Combine(directory, "empty");

    string EmptyDirectory => Path.Combine(directory, "none");

    string FirstProcess => Path.Combine(directory, "1");

    string SystemDirectory => Path.Combine(directory, "sys");

    void MakeFirstProcess()
    {
        Directory.CreateDirectory(Path.Combine(FirstProcess, "root"));
        foreach (var (name, text) in new[] { ("cgroup", "0::/\n"), ("cmdline", ""), ("comm", "init\n"), ("environ", "") })
            File.WriteAllText(Path.Combine(FirstProcess, name), text);
        Directory.CreateDirectory(Path.Combine(FirstProcess, "programs"));
        foreach (var program in Covered)
            File.WriteAllBytes(Path.Combine(FirstProcess, "programs", program.Name), []);
    }

    // Masked once here: bubblewrap takes the tree with all that is mounted in it, and makes it read-only.
    void MountSystem()
    {
        Directory.CreateDirectory(SystemDirectory);
        Mounts.Mount("/sys", SystemDirectory, null, Mounts.Options.Bind | Mounts.Options.Recursive);
        foreach (var path in Masked.Where(path => path.StartsWith("/sys/", StringComparison.Ordinal) && Directory.Exists(path)).Concat(ThermalThrottle()))
            Mounts.Mount(EmptyDirectory, directory + path, null, Mounts.Options.Bind);
    }

    static IEnumerable<string> ThermalThrottle() => Directory.Exists("/sys/devices/system/cpu")
        ? Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*").Select(cpu => Path.Combine(cpu, "thermal_throttle")).Where(Directory.Exists)
        : [];

    // All but processes is the machine's. That only root may write there does not help: scripts are root.
    void Protect(FileSystemInfo entry)
    {
        if (entry.LinkTarget is not null || char.IsAsciiDigit(entry.Name[0]))
            return;
        var isDirectory = entry is DirectoryInfo;
        if (Masked.Contains(entry.FullName))
            arguments.AddRange(["--ro-bind", isDirectory ? EmptyDirectory : EmptyFile, entry.FullName]);
        else if (isDirectory || (entry.UnixFileMode & (UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            arguments.AddRange(["--ro-bind", entry.FullName, entry.FullName]);
    }
}
