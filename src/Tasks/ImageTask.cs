using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Tasks.Logging;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>What all tasks share: an <see cref="ImageBuild"/> of the project's state, and its errors as MSBuild's.</summary>
public abstract class ImageTask : Microsoft.Build.Utilities.Task, IMultiThreadableTask
{
    public TaskEnvironment TaskEnvironment { get; set; } = TaskEnvironment.Fallback;

    /// <summary>The .imgproj.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Folder of the build's state (obj/…/image/).</summary>
    [Required]
    public string StateDirectory { get; set; } = "";

    /// <summary>Address of the page that explains the codes; empty for none.</summary>
    public string HelpLink { get; set; } = "";

    /// <summary>Whether progress is also sent the way that the terminal's live line shows.</summary>
    public bool LiveProgress { get; set; }

    public sealed override bool Execute()
    {
        var listener = new MSBuildListener(Log, BuildEngine, ProjectName, HelpLink, LiveProgress);
        if (LiveTitle is { Length: > 0 } title)
            listener.ShowLive(title);
        try
        {
            Execute(new ImageBuild(Absolute(StateDirectory), listener), listener);
        }
        catch (Exception e) when (IsCancelled || e is OperationCanceledException)
        {
            // Whatever a killed command made the engine say, the reason is the cancellation.
            listener.Fail("IMG3001", "The build was cancelled.", Absolute(ProjectFile));
        }
        catch (BuildException e)
        {
            listener.Fail(e.Diagnostic with { File = e.Diagnostic.File ?? Absolute(ProjectFile) });
        }
        catch (Exception e) when (FileFault.Explain(e, "IMG1157", "IMG1158") is { } fault)
        {
            listener.Fail(fault with { File = fault.File ?? Absolute(ProjectFile) });
            Log.LogMessage(MessageImportance.Low, "{0}", e);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            listener.Fail(
                "IMG9999",
                $"Internal error in {GetType().Name}: {e.GetType().Name}: {e.Message} Please report it with the binary log (dotnet build -bl).",
                Absolute(ProjectFile));
            Log.LogMessage(MessageImportance.Low, "{0}", e);
        }
        return !Log.HasLoggedErrors;
    }

    /// <summary>Begins each line that the task shows: several projects, and several images of one, may be built at the same time.</summary>
    private protected string ProjectName => field ??= Path.GetFileNameWithoutExtension(ProjectFile) + (Target is { Length: > 0 } target ? $" ({target})" : "");

    /// <summary>The one of the project's images that is built, where it makes several: it has a folder of its name.</summary>
    string? Target => BuildEngine is IBuildEngine6 engine && Array.Find(["ImageTarget", "TargetFramework"], engine.GetGlobalProperties().ContainsKey) is { } property
        && engine.GetGlobalProperties()[property] is var target && StateDirectory.Contains($"/{target}/", StringComparison.Ordinal)
            ? target
            : null;

    /// <summary>What the terminal's live line shows from the start of the task: the name by which users know the target.</summary>
    private protected virtual string LiveTitle => GetType().Name;

    private protected virtual bool IsCancelled => false;

    private protected abstract void Execute(ImageBuild build, IBuildListener listener);

    /// <summary>Of a path relative to the project; never to the process, whose directory is not the project's.</summary>
    private protected string Absolute(string path) => Path.GetFullPath(TaskEnvironment.GetAbsolutePath(path));
}
