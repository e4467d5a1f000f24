using System.Diagnostics;
using System.Text;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Networking;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Limits;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Sandbox.Commands;

/// <summary>Runs commands with a root of their own: private processes, devices, host name and, where asked, network.</summary>
sealed class SandboxCommand(string root, string devices, WorkerSession session, CommandSettings settings, string? secretsDirectory)
{
    /// <summary>What the original sets for everything that runs in an image.</summary>
    internal static readonly (string Name, string Value)[] BaseEnvironment =
    [
        ("HOME", "/"), ("LOGNAME", "root"), ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), ("USER", "root"),
    ];

    public const string SecretsMountPoint = "/run/secrets";

    /// <summary>Whether the build environment, bind mounts and secrets are given too (scripts and packagers), or not (clean, list, tests).</summary>
    public bool InBuildEnvironment { get; init; } = true;

    /// <summary>By which <see cref="NetworkPolicy"/> says whether it has the network.</summary>
    public required CommandPurpose Purpose { get; init; }

    /// <summary>Addresses of servers that it needs, also where they are this machine's own.</summary>
    public IEnumerable<string> Servers { get; init; } = [];

    bool HasNetwork => NetworkPolicy.Allows(Purpose, settings);

    /// <summary>What of the host is mounted, read-only, whatever the environment: programs in place of the image's own, packages.</summary>
    public IReadOnlyList<BindMount> Mounts { get; init; } = [];

    /// <summary>Where each output line goes; standard output and standard error together unless <see cref="SeparateErrors"/>.</summary>
    public Action<string> Output { get; init; } = static _ => { };

    /// <summary>Where the output goes instead, where people are to read it.</summary>
    public CommandOutput? Log { get; init; }

    /// <summary>Where lines of standard error go instead.</summary>
    public Action<string>? SeparateErrors { get; init; }

    /// <summary>Variables besides those of the project, which count for more.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];

    /// <summary>What the command's stage writes; null where it is thrown away.</summary>
    public WrittenBytes? Written { get; init; }

    /// <summary>The device that becomes its terminal, for its input and all its output; null for none.</summary>
    public string? Terminal { get; init; }

    /// <summary>Null for no limit of its own.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Runs to the end. Must be called on a thread that outlives the command: the kernel ends a sandbox with the thread
    /// that started it.
    /// </summary>
    /// <returns>The exit code; 128 + N for signal N.</returns>
    /// <exception cref="TimeoutException">It took longer than <see cref="Timeout"/>, and was ended.</exception>
    /// <exception cref="ImageSdk.Contracts.Diagnostics.BuildException">It reached a limit, and was ended (IMG3260).</exception>
    public int Run(params IReadOnlyList<string> command)
    {
        var network = HasNetwork ? session.Network.Open(settings, Servers, session.Listener) : null;
        if (network is null or { IsMachines: true })
            return RunHere(command);
        return BackgroundWork.Start(() =>
        {
            network.Apply();
            return RunHere(command);
        }).GetAwaiter().GetResult();
    }

    int RunHere(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment.Clear();
        foreach (var (name, value) in MakeEnvironment())
            start.Environment[name] = value;
        var capabilities = Capabilities.With(settings.Capabilities);
        start.FileName = "/bin/sh";
        using var bounds = session.Limits.Begin(settings.Limits, Written, session.Listener);
        using var arguments = session.Kernel.WriteArguments([.. bounds.Arguments, .. SandboxArguments(), .. Capabilities.Arguments(capabilities)]);
        // One pipe for both keeps the order in which the lines were written. Bubblewrap takes the filter and its arguments from open files, so
        // that its own command line and environment, which a command could get at by ptrace(2), tell nothing of the machine.
        var script = $"cd \"$0\" && unset PWD OLDPWD; {bounds.Prelude}exec \"$@\" 8<{arguments.Name} 9<{session.Kernel.Filter(capabilities)}{Streams}";
        foreach (var argument in (string[])["-c", script, session.Kernel.Directory, .. bounds.Through, .. OwnSession, HostPrograms.Bubblewrap, "--seccomp", "9", "--args", "8", "--", .. command])
            start.ArgumentList.Add(argument);
        if (SeparateErrors is not null)
        {
            start.RedirectStandardError = true;
            start.StandardErrorEncoding = Encoding.UTF8;
        }

        Processes.LeaveKeyring();
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var watch = new LimitWatch(bounds, process.Id);
        var timedOut = false;
        using var timer = Timeout is { } limit
            ? new Timer(_ => { timedOut = true; Processes.Kill(process.Id); }, null, limit, System.Threading.Timeout.InfiniteTimeSpan)
            : null;
        if (SeparateErrors is not null)
        {
            process.ErrorDataReceived += (_, line) => { if (line.Data is not null) SeparateErrors(line.Data); };
            process.BeginErrorReadLine();
        }
        if (Log is { } log)
            OutputLines.Read(process.StandardOutput.BaseStream, OutputLines.LongestKept, log.Add);
        else
            OutputLines.Read(process.StandardOutput.BaseStream, Output);
        process.WaitForExit();
        watch.End(process.ExitCode);
        if (watch.Reached is { } reached)
            throw CommandBounds.Exceeded(reached, Log is null ? "" : LastLines.Describe(Log.LastLines));
        if (process.ExitCode != 0 && bounds.Hint.Length > 0)
            Log?.Add(bounds.Hint);
        return timedOut ? throw new TimeoutException() : process.ExitCode;
    }

    // Of a terminal the shell takes care: keys send signals to what runs in its foreground.
    string Streams => Terminal is not null ? $" <>{Terminal} >&0 2>&1" : SeparateErrors is null ? " 2>&1" : "";

    string[] OwnSession => Terminal is null ? [] : ["setsid", "--ctty", "--wait"];

    SortedDictionary<string, string> MakeEnvironment()
    {
        var environment = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in BaseEnvironment)
            environment[name] = value;
        if (Environment.GetEnvironmentVariable("TZ") is { Length: > 0 } zone)
            environment["TZ"] = zone;
        if (HasNetwork)
            foreach (var (name, value) in ProxiesBeside(settings.Environment))
                environment[name] = value;
        foreach (var (name, value) in Variables)
            if (!InBuildEnvironment || !settings.Environment.ContainsKey(name))
                environment[name] = value;
        if (InBuildEnvironment)
            foreach (var (name, value) in settings.Environment)
                // The original sorts all assignments and lets the last one of a name win.
                if (!environment.TryGetValue(name, out var present) || string.CompareOrdinal(value, present) > 0)
                    environment[name] = value;
        return environment;
    }

    // A project that has one of its own wants no part of the machine's: of http_proxy and HTTP_PROXY each program reads one.
    static IEnumerable<KeyValuePair<string, string>> ProxiesBeside(IReadOnlyDictionary<string, string> own) =>
        own.Keys.Any(ProxyVariables.IsOne) ? [] : MachineProxies.Current.Variables;

    IEnumerable<string> SandboxArguments()
    {
        string[] arguments =
        [
            "--bind", root, "/", .. session.Kernel.Arguments, "--dev-bind", devices, "/dev", "--chdir", "/",
            "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "localhost", "--die-with-parent",
        ];
        IEnumerable<string> all = Terminal is null ? arguments.Append("--new-session") : arguments;
        if (!HasNetwork)
            all = all.Append("--unshare-net");
        IEnumerable<BindMount> mounts = Mounts.Select(mount => mount with { Writable = false });
        if (InBuildEnvironment)
            mounts = [.. mounts, .. settings.BindMounts, .. secretsDirectory is null ? Array.Empty<BindMount>() : [new(secretsDirectory, SecretsMountPoint)]];
        using var handle = DirectoryHandle.Open(root);
        foreach (var mount in mounts)
            all = [.. all, mount.Writable ? "--bind" : "--ro-bind", mount.Source, MountTarget.Resolve(handle, mount.Target)];
        return all;
    }
}
