using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Operations;

/// <summary>Runs a command in an image's root for a person, on a layer that is thrown away afterwards.</summary>
static class ShellRunner
{
    static readonly string[] shells = ["/bin/bash", "/bin/sh"];

    /// <returns>The command's exit code; 128 + N for signal N.</returns>
    public static int Run(WorkerSession session, OpenShellRequest request)
    {
        // Only what the command prints is of interest.
        var quiet = session.For(new SilentListener(), session.Cancellation);
        quiet.Network.Prepare(request.Settings);
        using var root = new StageRoot(quiet, request.Layers);
        using var context = new StageContext(root, request.Settings, quiet, session.Listener);
        IReadOnlyList<string> command = request.Command.Count > 0 ? request.Command : [ShellOf(context)];
        return request.Terminal is { } terminal
            ? context.RunAtTerminal(terminal, request.TerminalType, command)
            : context.RunInBuildEnvironment(CommandPurpose.Script, command).ExitCode;
    }

    static string ShellOf(StageContext context) =>
        shells.FirstOrDefault(shell => context.Handle.StatInRoot(Encoding.UTF8.GetBytes(shell[1..])) is not null) ?? shells[^1];
}
