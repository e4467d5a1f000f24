using ImageSdk.Contracts;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Operations;

/// <summary>Makes a root from nothing with a program of the host, such as mmdebstrap.</summary>
sealed class Bootstrapper(StageContext context)
{
    public void Run(BootstrapOperation operation)
    {
        // The program gets the real directory and not its mount: several refuse roots on unusual file systems.
        var command = operation.Command.Select(argument => argument.Replace("$dir", context.Root.Upper, StringComparison.Ordinal)
            .Replace("${dir}", context.Root.Upper, StringComparison.Ordinal)).ToList();
        var program = ProgramPath.Find(command[0]) ?? throw new BuildException("IMG2010",
            $"The bootstrap program \"{command[0]}\" is not installed on this machine. Install it (apt-get install {Path.GetFileName(command[0])}), or name another one in BootstrapTool or BootstrapCommand.");
        context.Log($"Running command: {command[0]} with args:");
        foreach (var argument in command.Skip(1))
            context.Log($"    {argument}");
        context.Progress($"Bootstrapping with {Path.GetFileName(command[0])}");
        var memory = new MemoryWatch();
        IReadOnlyList<string> lastLines;
        int exitCode;
        using (var output = context.BeginOutput())
        {
            exitCode = new HostCommand(context).Run(program, command[1..], log: output);
            lastLines = output.LastLines;
        }
        if (exitCode != 0)
            throw new BuildException("IMG2011",
                $"The bootstrap program \"{command[0]}\" failed: {ExitStatus.Describe(exitCode)}.{memory.Explain()} {LastLines.Describe(lastLines)}");
        if (context.Handle.StatInRoot("etc"u8) is not { Kind: FileKind.Directory })
            throw new BuildException("IMG2012", $"The bootstrap program \"{command[0]}\" succeeded but made no system: there is no /etc. Check that its command line writes to $dir.");
        NewRoot.Complete(context, operation.PackagerScript);
    }
}
