using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Kernel;

/// <summary>
/// What commands see of the kernel: /proc and /sys as <see cref="KernelView"/> has them, and an empty stand-in for the sandbox's first
/// process.
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

    readonly string directory;
    int argumentFiles;
    readonly Dictionary<string, string> filters = [];

    /// <param name="directory">Where it is made; a directory of the worker's session.</param>
    public KernelFiles(string directory)
    {
        this.directory = directory;
        System.IO.Directory.CreateDirectory(directory);
        // A file system of its own, so that the mount table inside shows no path of the machine.
        Mounts.Mount("tmpfs", directory, "tmpfs", Mounts.Options.NoSetUid | Mounts.Options.NoDevices | Mounts.Options.NoExecute, "mode=0755");
        System.IO.Directory.CreateDirectory(EmptyDirectory);
        File.WriteAllBytes(EmptyFile, []);
        ProtectBubblewrap();
        MakeFirstProcess();
        MountSystem();
        Arguments =
        [
            .. new KernelView(EmptyFile, EmptyDirectory, WorkerEnvironment.IsRootless).ProcessArguments(),
            "--ro-bind", FirstProcess, "/proc/1", "--ro-bind", SystemDirectory, "/sys",
        ];
    }

    /// <summary>Arguments of bubblewrap that mount /proc and /sys.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Writes arguments of bubblewrap into a file.</summary>
    public ArgumentFile WriteArguments(IReadOnlyList<string> arguments)
    {
        var name = $"arguments{Interlocked.Increment(ref argumentFiles)}";
        File.WriteAllText(Path.Combine(directory, name), string.Concat(arguments.Select(argument => $"{argument}\0")));
        return new(directory, name);
    }

    /// <summary>The name of a file with a filter of system calls for commands with some capabilities.</summary>
    public string Filter(IReadOnlyList<string> capabilities)
    {
        lock (filters)
        {
            var key = string.Join(' ', capabilities);
            if (!filters.TryGetValue(key, out var file))
            {
                file = $"filter{filters.Count}";
                SystemCalls.WriteFilter(Path.Combine(directory, file), capabilities);
                filters[key] = file;
            }
            return file;
        }
    }

    /// <summary>Where all of it lies.</summary>
    public string Directory => directory;

    string EmptyFile => Path.Combine(directory, "empty");

    string EmptyDirectory => Path.Combine(directory, "none");

    string FirstProcess => Path.Combine(directory, "1");

    string SystemDirectory => Path.Combine(directory, "sys");

    // It is the first process of the sandbox, and who gets at that has the machine's file at /proc/…/exe. By a mount over itself its path
    // tells nothing.
    static void ProtectBubblewrap()
    {
        Mounts.Mount(HostPrograms.Bubblewrap, HostPrograms.Bubblewrap, null, Mounts.Options.Bind);
        try
        {
            Mounts.MakeReadOnly(HostPrograms.Bubblewrap);
        }
        catch (PosixException) when (WorkerEnvironment.IsRootless)
        {
            // An older kernel. The file is not the user's.
        }
    }

    void MakeFirstProcess()
    {
        System.IO.Directory.CreateDirectory(Path.Combine(FirstProcess, "root"));
        foreach (var (name, text) in new[] { ("cgroup", "0::/\n"), ("cmdline", ""), ("comm", "init\n"), ("environ", "") })
            File.WriteAllText(Path.Combine(FirstProcess, name), text);
        System.IO.Directory.CreateDirectory(Path.Combine(FirstProcess, "programs"));
        foreach (var program in Covered)
            File.WriteAllBytes(Path.Combine(FirstProcess, "programs", program.Name), []);
    }

    // Masked once here: bubblewrap takes the tree with all that is mounted in it, and makes it read-only.
    void MountSystem()
    {
        System.IO.Directory.CreateDirectory(SystemDirectory);
        Mounts.Mount("/sys", SystemDirectory, null, Mounts.Options.Bind | Mounts.Options.Recursive);
        foreach (var path in KernelView.MaskedSystem())
            Mounts.Mount(EmptyDirectory, directory + path, null, Mounts.Options.Bind);
    }
}

/// <summary>Arguments of a program in a file, as long as it runs.</summary>
sealed record ArgumentFile(string Directory, string Name) : IDisposable
{
    public void Dispose() => File.Delete(Path.Combine(Directory, Name));
}
