using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Contracts.Projects;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Kernel;
using ImageSdk.Sandbox.Lending;
using ImageSdk.Sandbox.Limits;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Sandbox.Commands;

/// <summary>What the operations of a stage work with: the mounted root, the log, and a way to run commands.</summary>
sealed class StageContext : IDisposable
{
    readonly IBuildListener listener;
    readonly StringBuilder log = new();
    readonly string? secretsDirectory;
    readonly WorkerSession session;
    readonly Lazy<SandboxDevices> devices;
    readonly SecretMask mask;
    readonly WrittenBytes written;

    /// <param name="listener">Receives progress and output; null for the session's.</param>
    public StageContext(StageRoot root, CommandSettings settings, WorkerSession session, IBuildListener? listener = null)
    {
        Root = root;
        Settings = settings;
        this.session = session;
        this.listener = listener ?? session.Listener;
        Cancellation = session.Cancellation;
        Handle = root.Open();
        // Copying and sealing run no command: then there is nothing to mount.
        devices = new(() => new SandboxDevices(root.DevicesPath, Handle, settings.Limits.Memory));
        written = new(root.Upper, settings.Limits.Disk);
        root.Limits = settings.Limits;
        mask = new(settings.Secrets.Select(secret => secret.Value).Concat(MachineProxies.Current.Credentials.Concat(session.Masked).Select(Encoding.UTF8.GetBytes)));
        secretsDirectory = settings.Secrets.Count == 0 ? null : WriteSecrets(session);
    }

    public StageRoot Root { get; }

    public CommandSettings Settings { get; }

    public DirectoryHandle Handle { get; }

    public CancellationToken Cancellation { get; }

    public WorkerSession Session => session;

    public string DevicesPath => devices.Value.Path;

    public string LogText
    {
        get
        {
            lock (log)
                return log.ToString();
        }
    }

    // On a file system in memory, mounted in the worker's namespace only: nothing ever reaches a disk.
    string WriteSecrets(WorkerSession session)
    {
        var directory = Path.Combine(session.Directory, "secrets");
        Directory.CreateDirectory(directory);
        Mounts.Mount("tmpfs", directory, "tmpfs", Mounts.Options.NoSetUid | Mounts.Options.NoDevices, "mode=0700");
        foreach (var secret in Settings.Secrets)
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead };
            using var file = new FileStream(Path.Combine(directory, secret.Name), options);
            file.Write(secret.Value);
        }
        return directory;
    }

    /// <returns>The line as it was logged, secrets masked: the only form in which it may go elsewhere.</returns>
    public string Log(string line)
    {
        var shown = Show(line, 0);
        Write(shown);
        return shown;
    }

    /// <summary>A line as it may be shown.</summary>
    /// <param name="leftOut">Bytes of it that are missing.</param>
    public string Show(string line, long leftOut) => SafeText.Show(line, leftOut, text => mask.Apply(text, isCut: leftOut > 0));

    /// <summary>Begins to log what a command prints.</summary>
    public CommandOutput BeginOutput() => new(Show, Write);

    void Write(string shown)
    {
        lock (log)
            log.Append(shown).Append('\n');
        listener.Output(shown);
    }

    /// <summary>Whether a command has worked on the root.</summary>
    public bool HasRunCommands { get; private set; }

    public void Progress(string text) => listener.Progress(text);

    public void Warn(string code, string message, string? file = null, int line = 0) =>
        listener.Report(new Diagnostic(DiagnosticSeverity.Warning, code, message, file, line));

    /// <summary>
    /// Runs a command as scripts and packagers are run: in the build environment, with bind mounts, secrets and the
    /// host's name resolution.
    /// </summary>
    /// <param name="supply">Packages that apt takes in place of fetching them; null for none.</param>
    /// <returns>The exit code and the last lines of output.</returns>
    public (int ExitCode, IReadOnlyList<string> LastLines) RunInBuildEnvironment(
        CommandPurpose purpose, IReadOnlyList<string> command, PackageSupply? supply = null)
    {
        using var mountPoints = MakeBuildMountPoints();
        foreach (var mount in supply?.Mounts ?? [])
            mountPoints.Ensure(mount.Target, Directory.Exists(mount.Source));
        using var policy = ServicePolicy.Borrow(Handle);
        return Run(purpose, command, inBuildEnvironment: true, supply?.Mounts ?? [], supply?.AptSettings);
    }

    /// <summary>Runs a command as scripts are run, at a terminal of its own. Nothing of what it prints is logged.</summary>
    /// <param name="terminal">The device.</param>
    /// <param name="terminalType">What TERM says.</param>
    public int RunAtTerminal(string terminal, string? terminalType, IReadOnlyList<string> command)
    {
        using var mountPoints = MakeBuildMountPoints();
        using var policy = ServicePolicy.Borrow(Handle);
        using var resolver = NetworkPolicy.Allows(CommandPurpose.Script, Settings) ? new LentResolver(Handle) : null;
        using var programs = CoverPrograms();
        var exitCode = new SandboxCommand(Root.RootPath, devices.Value.Path, session, Settings, secretsDirectory)
        {
            Purpose = CommandPurpose.Script,
            Mounts = programs.Mounted,
            Variables = terminalType is { Length: > 0 } ? [new("TERM", terminalType)] : [],
            Written = written,
            Terminal = terminal,
        }.Run(command);
        Cancellation.ThrowIfCancellationRequested();
        return exitCode;
    }

    /// <summary>Runs a command in the base environment, as clean-up is run.</summary>
    public (int ExitCode, IReadOnlyList<string> LastLines) Run(IReadOnlyList<string> command)
    {
        using var mountPoints = MakeMountPoints();
        return Run(CommandPurpose.CleanUp, command, inBuildEnvironment: false, []);
    }

    /// <summary>Runs a command in the base environment with something of the host mounted, read-only.</summary>
    public (int ExitCode, IReadOnlyList<string> LastLines) RunWith(IReadOnlyList<BindMount> mounts, IReadOnlyList<string> command)
    {
        using var mountPoints = MakeMountPoints();
        foreach (var mount in mounts)
            mountPoints.Ensure(mount.Target, Directory.Exists(mount.Source));
        using var policy = ServicePolicy.Borrow(Handle);
        return Run(CommandPurpose.Packages, command, inBuildEnvironment: false, mounts);
    }

    /// <summary>Runs a command whose output is data.</summary>
    public (int ExitCode, IReadOnlyList<string> Lines, string Errors) Query(IReadOnlyList<string> command)
    {
        using var mountPoints = MakeMountPoints();
        var lines = new List<string>();
        var errors = new StringBuilder();
        var exitCode = new SandboxCommand(Root.RootPath, devices.Value.Path, session, Settings, null)
        {
            Purpose = CommandPurpose.Query, InBuildEnvironment = false, Output = lines.Add, SeparateErrors = line => errors.AppendLine(line),
        }.Run(command);
        Cancellation.ThrowIfCancellationRequested();
        return (exitCode, lines, errors.ToString().Trim());
    }

    /// <summary>Runs a command as packagers are run, but without the network, and gives all that it says.</summary>
    public (int ExitCode, IReadOnlyList<string> Lines) QueryInBuildEnvironment(IReadOnlyList<string> command)
    {
        using var mountPoints = MakeBuildMountPoints();
        var lines = new List<string>();
        var exitCode = new SandboxCommand(Root.RootPath, devices.Value.Path, session, Settings, secretsDirectory) { Purpose = CommandPurpose.Query, Output = lines.Add }.Run(command);
        Cancellation.ThrowIfCancellationRequested();
        return (exitCode, lines);
    }

    (int ExitCode, IReadOnlyList<string> LastLines) Run(
        CommandPurpose purpose, IReadOnlyList<string> command, bool inBuildEnvironment, IReadOnlyList<BindMount> mounts, IReadOnlyList<string>? aptSettings = null)
    {
        var network = NetworkPolicy.Allows(purpose, Settings);
        using var output = BeginOutput();
        using var resolver = network ? new LentResolver(Handle) : null;
        var aptConfiguration = inBuildEnvironment && (network || aptSettings is { Count: > 0 }) ? AptConfigurationFile.Find(session, aptSettings ?? []) : null;
        using var configurationPoint = aptConfiguration is null ? null : MakeMountPoints();
        configurationPoint?.Ensure(aptConfiguration!.Target, isDirectory: false);
        HasRunCommands = true;
        using var programs = CoverPrograms();
        var exitCode = new SandboxCommand(Root.RootPath, devices.Value.Path, session, Settings, secretsDirectory)
        {
            Purpose = purpose,
            Servers = purpose == CommandPurpose.Packages ? PackageSourcePorts.Find(Handle) : [],
            InBuildEnvironment = inBuildEnvironment,
            Mounts = [.. mounts, .. programs.Mounted, .. aptConfiguration is null ? Array.Empty<BindMount>() : [aptConfiguration]],
            Variables = aptConfiguration is null ? [] : [AptConfigurationFile.Variable],
            Written = written,
            Log = output,
        }.Run(command);
        Cancellation.ThrowIfCancellationRequested();
        var lastLines = output.LastLines;
        if (exitCode != 0 && lastLines is [.., var reason] && reason.StartsWith("bwrap: ", StringComparison.Ordinal))
            throw new BuildException("IMG3003", $"The sandbox could not be set up: {reason}");
        return (exitCode, lastLines);
    }

    /// <summary>Writes a program that stands in for another one.</summary>
    /// <returns>Its path on the host.</returns>
    public string WriteProgram(string name, string script) => ProgramFile.Write(session.Directory, name, script);

    /// <summary>Stand-ins for programs that would change the machine or need a running system.</summary>
    public CoveredPrograms CoverPrograms() => new(Root, Handle, KernelFiles.Covered);

    /// <summary>The places that the sandbox mounts over; for the length of a command, or of several at once.</summary>
    public MountPoints MakeMountPoints()
    {
        var points = new MountPoints(Handle);
        foreach (var name in new[] { "proc", "dev", "sys" })
        {
            MountTarget.RequireDirectory(Handle, name);
            points.Ensure($"/{name}", isDirectory: true);
        }
        return points;
    }

    /// <summary>The same for commands of the build environment.</summary>
    public MountPoints MakeBuildMountPoints()
    {
        var points = MakeMountPoints();
        foreach (var mount in Settings.BindMounts)
            points.Ensure(mount.Target, Directory.Exists(mount.Source));
        if (secretsDirectory is not null)
            points.Ensure(SandboxCommand.SecretsMountPoint, isDirectory: true);
        return points;
    }

    public void Dispose()
    {
        if (devices.IsValueCreated)
        {
            devices.Value.Adopt();
            devices.Value.Dispose();
        }
        Handle.Dispose();
        if (secretsDirectory is not null)
            Mounts.Detach(secretsDirectory);
    }
}
