using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Errors;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Unpacking;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk run-command-in-image-chroot: a command in an image that is unpacked for it, and removed afterwards.</summary>
sealed class RunCommandInImageCommand : ImageCommand
{
    const string Bubblewrap = "bwrap";

    readonly Argument<string> image = ImageArgument();
    readonly Argument<string[]> command = new("COMMAND") { Description = "The command and its arguments, behind --", Arity = ArgumentArity.OneOrMore };

    public RunCommandInImageCommand() : base("run-command-in-image-chroot", "Run a command in an image, which is unpacked for it and removed afterwards")
    {
        Add(image);
        Add(command);
    }

    protected override bool NeedsCleaning => true;

    /// <returns>The command's exit code.</returns>
    protected override async Task<int> ExecuteAsync(ParseResult arguments, CommandContext context)
    {
        var found = await context.FindAsync(arguments.GetRequiredValue(image));
        using var tree = await TemporaryTree.UnpackAsync(found, context);
        context.Host.Flush();
        using var process = Start(tree.Root, arguments.GetRequiredValue(command));
        try
        {
            await process.WaitForExitAsync(context.Cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
        return process.ExitCode;
    }

    /// <summary>In namespaces of its own: what the command mounts or starts ends with it.</summary>
    static Process Start(string root, string[] command)
    {
        string[] sandbox =
        [
            "--bind", root, "/", "--dev", "/dev", "--proc", "/proc", "--perms", "1777", "--tmpfs", "/tmp", "--chdir", "/tmp",
            "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent", "--uid", "0", "--gid", "0",
        ];
        try
        {
            return Process.Start(new ProcessStartInfo(Bubblewrap, [.. sandbox, "--unshare-user-try", "--", .. command]))!;
        }
        catch (Win32Exception exception)
        {
            throw new CommandException(ErrorCode.ToolFailed, $"cannot run {Bubblewrap}: {exception.Message}: install the package bubblewrap", exception);
        }
    }
}
