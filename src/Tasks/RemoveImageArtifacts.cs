using ImageSdk.Building;
using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Messages;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Removes artifacts that are folders; an ordinary user's may hold files that only the sandbox can delete.</summary>
[MSBuildMultiThreadableTask]
public sealed class RemoveImageArtifacts : SandboxedImageTask
{
    [Required]
    public string CacheDirectory { get; set; } = "";

    /// <summary>Name of the image's record without its extension.</summary>
    [Required]
    public string ImageName { get; set; } = "";

    /// <summary>Artifacts that stay.</summary>
    public ITaskItem[] Keep { get; set; } = [];

    /// <summary>Only those that the project no longer wants; then one that stays is a warning. Otherwise all that builds left.</summary>
    public bool OnlyDropped { get; set; }

    /// <summary>The folder that artifacts go into.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    [Required]
    public string Stream { get; set; } = "";

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var removal = new ArtifactRemoval(
            Absolute(OutputDirectory), ImageName, Stream, [.. Keep.Select(item => Absolute(item.ItemSpec))], Absolute(CacheDirectory), All: !OnlyDropped);
        try
        {
            await build.RemoveArtifactsAsync(removal, workers, cancellation).ConfigureAwait(false);
        }
        catch (BuildException problem) when (OnlyDropped && problem.Diagnostic.Code == "IMG6141")
        {
            Listener.Report(problem.Diagnostic with { Severity = DiagnosticSeverity.Warning, File = Absolute(ProjectFile) });
        }
    }
}
