using System.Diagnostics;
using System.Text;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Packagers;

namespace ImageSdk.Worker.Operations;

/// <summary>Runs scripts in the image, one after the other, from /.scripts as the original does.</summary>
sealed class ScriptRunner(StageContext context)
{
    const string Directory = ".scripts";
    const uint ScriptMode = Permissions.Program;

    public void Run(string label, IReadOnlyList<string> files)
    {
        var packager = new GenericPackager(context);
        context.Log("");
        context.Log($"Running scripts in: {label}");
        context.Handle.RemoveTree(Encoding.UTF8.GetBytes(Directory));
        context.Handle.TryMakeDirectory(Encoding.UTF8.GetBytes(Directory), ScriptMode);
        try
        {
            using (var scripts = context.Handle.OpenDirectory(Encoding.UTF8.GetBytes(Directory)))
                foreach (var file in files)
                    CopyIn(file, scripts);
            foreach (var file in files)
                RunOne(label, file, packager);
        }
        finally
        {
            context.Handle.RemoveTree(Encoding.UTF8.GetBytes(Directory));
        }
    }

    void CopyIn(string file, DirectoryHandle scripts)
    {
        ScriptCheck.Check(file, context);
        TreeCopier.WriteFile(file, ScriptMode, scripts, Encoding.UTF8.GetBytes(Path.GetFileName(file)));
    }

    void RunOne(string label, string file, GenericPackager packager)
    {
        var name = Path.GetFileName(file);
        context.Log($"Running script: {name}");
        context.Progress($"{label}/{name}");
        var start = Stopwatch.GetTimestamp();
        var memory = new MemoryWatch();
        var (exitCode, lastLines) = RunAt(file, packager.RunCommand($"/{Directory}/{name}"));
        if (exitCode != 0)
            throw new BuildException("IMG3010",
                $"Script {label}/{name} failed with {ExitStatus.Describe(exitCode)}.{memory.Explain()} {LastLines.Describe(lastLines)}", file);
        context.Log($"Script: {name} took {Stopwatch.GetElapsedTime(start).TotalSeconds:0.000} s");
        context.Log("=================================================================");
    }

    (int ExitCode, IReadOnlyList<string> LastLines) RunAt(string file, IReadOnlyList<string> command)
    {
        try
        {
            return context.RunInBuildEnvironment(CommandPurpose.Script, command);
        }
        catch (BuildException exception) when (exception.Diagnostic.File is null)
        {
            throw new BuildException(exception.Diagnostic with { File = file }, exception);
        }
    }
}
