using System.Diagnostics;
using System.Text;
using ImageSdk.Building.Diagnostics;
using ImageSdk.Building.Layers;
using ImageSdk.Building.Sandbox;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>Makes a root from nothing with a program of the host, such as mmdebstrap.</summary>
sealed class Bootstrapper(StageContext context)
{
    /// <summary>What a device directory has at the least; an ordinary user's bootstrap program can't make the nodes.</summary>
    static readonly (string Name, uint Major, uint Minor)[] Devices =
    [
        ("console", 5, 1), ("full", 1, 7), ("null", 1, 3), ("ptmx", 5, 2), ("random", 1, 8), ("tty", 5, 0), ("urandom", 1, 9), ("zero", 1, 5),
    ];

    static readonly (string Name, string Target)[] DeviceLinks =
    [
        ("fd", "/proc/self/fd"), ("stderr", "/proc/self/fd/2"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
    ];

    public void Run(BootstrapOperation operation)
    {
        // The program gets the real directory and not its mount: several refuse roots on unusual file systems.
        var command = operation.Command.Select(argument => argument.Replace("$dir", context.Root.Upper, StringComparison.Ordinal)
            .Replace("${dir}", context.Root.Upper, StringComparison.Ordinal)).ToList();
        var program = Tools.Find(command[0]) ?? throw new BuildException("IMG2010",
            $"The bootstrap program \"{command[0]}\" is not installed on this machine. Install it (apt-get install {Path.GetFileName(command[0])}), or name another one in BootstrapTool or BootstrapCommand.");
        context.Log($"Running command: {command[0]} with args:");
        foreach (var argument in command.Skip(1))
            context.Log($"    {argument}");
        context.Progress($"Bootstrapping with {Path.GetFileName(command[0])}");
        RunOnHost(program, command);
        if (context.Handle.StatInRoot("etc"u8) is not { Kind: FileKind.Directory })
            throw new BuildException("IMG2012", $"The bootstrap program \"{command[0]}\" succeeded but made no system: there is no /etc. Check that its command line writes to $dir.");
        CompleteDevices();
        WritePackager(operation.PackagerScript);
        RootCleaner.EmptyResolvConf(context.Handle);
        new GenericPackager(context).Clean();
    }

    void RunOnHost(string program, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.StandardOutputEncoding = Encoding.UTF8;
        foreach (var argument in new[] { "-c", "exec \"$@\" 2>&1", "sh", program }.Concat(command.Skip(1)))
            start.ArgumentList.Add(argument);
        start.WorkingDirectory = "/";
        start.Environment.Clear();
        foreach (var (name, value) in new[]
        {
            ("HOME", "/"), ("LOGNAME", "root"), ("USER", "root"), ("LC_ALL", "C.UTF-8"),
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        })
            start.Environment[name] = value;
        // Proxies are the machine's way to the network, not a property of the image.
        foreach (var proxy in new[] { "http_proxy", "https_proxy", "no_proxy", "SOURCE_DATE_EPOCH", "TZ" })
            if (Environment.GetEnvironmentVariable(proxy) is { } value)
                start.Environment[proxy] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var last = new LastLines();
        while (process.StandardOutput.ReadLine() is { } line)
            last.Add(context.Log(line));
        process.WaitForExit();
        context.Cancellation.ThrowIfCancellationRequested();
        if (process.ExitCode != 0)
            throw new BuildException("IMG2011", $"The bootstrap program \"{command[0]}\" failed with exit code {process.ExitCode}. {ScriptRunner.Tail(last.ToList())}");
    }

    void CompleteDevices()
    {
        if (!WorkerSession.IsRootless || context.Handle.StatInRoot("dev"u8) is null)
            return;
        using var devices = context.Handle.OpenDirectory("dev"u8);
        foreach (var (name, major, minor) in Devices)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            if (devices.TryStat(bytes) is { Kind: FileKind.Regular, Size: 0 })
                devices.Unlink(bytes); // What the node was to be mounted on.
            if (devices.TryStat(bytes) is null)
                DevicePlaceholder.MakeNode(devices, bytes, 0x2000 | 0x1B6, DeviceNumber.Encode(major, minor)); // 0666
        }
        foreach (var (name, target) in DeviceLinks)
            if (devices.TryStat(Encoding.UTF8.GetBytes(name)) is null)
                devices.MakeSymlink(Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(target));
        foreach (var name in new[] { "pts", "shm" })
            devices.TryMakeDirectory(Encoding.UTF8.GetBytes(name), 0x1ED);
    }

    void WritePackager(string script)
    {
        using var directory = context.Handle.OpenDirectoryInRoot("bin"u8);
        var name = "generic-packager"u8;
        directory.RemoveTree(name);
        using (var file = directory.CreateFile(name, 0x1ED))
            file.Write(Encoding.UTF8.GetBytes(script));
        directory.SetPermissions(name, 0x1ED);
    }
}
