using System.Diagnostics;
using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Kernel;

namespace ImageSdk.Sandbox.Commands;

/// <summary>
/// A command that someone runs in an unpacked image at their terminal. It has the rights of a build's commands, the network, and no
/// limits. Nothing of the caller's environment reaches it but the kind of terminal.
/// </summary>
public static class InteractiveCommand
{
    /// <param name="root">The image's root.</param>
    /// <param name="scratch">An empty folder, which has to stay as long as the command runs.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <exception cref="BuildException">There is no bubblewrap (IMG3002).</exception>
    public static ProcessStartInfo Describe(string root, string scratch, IEnumerable<string> command)
    {
        HostPrograms.RequireBubblewrap();
        var (emptyFile, emptyDirectory, filter) = (Path.Combine(scratch, "empty"), Path.Combine(scratch, "none"), Path.Combine(scratch, "filter"));
        File.WriteAllBytes(emptyFile, []);
        Directory.CreateDirectory(emptyDirectory);
        var capabilities = Capabilities.With([]);
        SystemCalls.WriteFilter(filter, capabilities);
        string[] arguments =
        [
            "--bind", root, "/", .. new KernelView(emptyFile, emptyDirectory, !Processes.IsRoot).ProcessArguments(), "--dev", "/dev",
            "--perms", "1777", "--tmpfs", "/tmp", "--chdir", "/tmp", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "localhost",
            "--die-with-parent", "--uid", "0", "--gid", "0", "--unshare-user-try",
            // They are the machine's nodes, and root could give them away. What is written to a device does not count.
            .. Processes.IsRoot ? SandboxDevices.Nodes.SelectMany(node => new[] { "--remount-ro", $"/dev/{node}" }) : [],
            // As the first process: of another one, bubblewrap's, a command of root could get at the machine's program.
            "--as-pid-1", .. Capabilities.Arguments(capabilities),
        ];
        var start = new ProcessStartInfo("/bin/sh", ["-c", "unset PWD OLDPWD; exec \"$@\" 9<\"$0\"", filter, HostPrograms.Bubblewrap, .. arguments, "--seccomp", "9", "--", .. command]);
        var terminal = start.Environment.TryGetValue("TERM", out var value) ? value : null;
        start.Environment.Clear();
        foreach (var (name, text) in SandboxCommand.BaseEnvironment)
            start.Environment[name] = text;
        if (terminal is not null)
            start.Environment["TERM"] = terminal;
        return start;
    }
}
