using ImageSdk.Building;
using ImageSdk.Building.Shells;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Posix;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Opens a shell in the image as a stage of its build left it, at the terminal of the build.</summary>
[MSBuildMultiThreadableTask]
public sealed class OpenImageShell : SandboxedImageTask
{
    /// <summary>After which stage; empty for the last one that is up to date.</summary>
    public string Stage { get; set; } = "";

    /// <summary>What to run in place of a shell.</summary>
    public string Command { get; set; } = "";

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var shell = new ImageShell(Absolute(StateDirectory), Listener);
        var place = shell.Find(Stage.Trim());
        Log.LogMessage(MessageImportance.High, "  {0}: {1}", ProjectName, place);
        IReadOnlyList<string> command = Command.Length == 0 ? [] : ["/bin/sh", "-c", Command];
        // The terminal logger draws on while the shell is open.
        using var terminal = LiveProgress || command.Count > 0 ? null : PseudoTerminal.TryOpen();
        if (terminal is null && command.Count == 0)
            throw new BuildException("IMG1603",
                $"A shell needs a terminal that nothing else writes to. Use imagesdk shell {Path.GetFileName(ProjectFile)}, or dotnet build -t:Shell -tl:off; or have ImageShellCommand say what to run.", ProjectFile);
        var exitCode = await shell.RunAsync(place, command, terminal?.Path, TaskEnvironment.GetEnvironmentVariable("TERM"), workers, cancellation).ConfigureAwait(false);
        if (exitCode != 0 && terminal is null)
            throw new BuildException("IMG1604", $"The command in the image ended with exit code {exitCode}: {Command}", ProjectFile);
        Log.LogMessage(MessageImportance.Normal, "  {0}: the shell ended with exit code {1}", ProjectName, exitCode);
    }
}
