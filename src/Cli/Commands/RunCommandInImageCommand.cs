using System.CommandLine;
using System.Diagnostics;
using ImageSdk.Cli.Context;
using ImageSdk.Cli.Finding;
using ImageSdk.Cli.Unpacking;
using ImageSdk.Sandbox.Commands;

namespace ImageSdk.Cli.Commands;

/// <summary>imagesdk run-command-in-image-chroot: a command in an image that is unpacked for it, and removed afterwards.</summary>
sealed class RunCommandInImageCommand : ImageCommand
{
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
        using var process = Process.Start(InteractiveCommand.Describe(tree.Root, tree.Scratch, arguments.GetRequiredValue(command)))!;
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
}
