using ImageSdk.Building.ArtifactBuilds;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ImageSdk.Tasks;

/// <summary>What tasks share that are about artifacts of an image: which ones, and where they go.</summary>
public abstract class ArtifactTask : SandboxedImageTask
{
    /// <summary>Formats with their options as metadata; none for those of the project alone.</summary>
    public ITaskItem[] Formats { get; set; } = [];

    /// <summary>More formats by their names, semicolons between them.</summary>
    public string FormatNames { get; set; } = "";

    /// <summary>The folder that artifacts go into.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>Directories that are laid over the image's root, in these artifacts alone.</summary>
    public string[] ExtraTrees { get; set; } = [];

    /// <summary>Options for all formats that have them: names with metadata Value.</summary>
    public ITaskItem[] FormatOptions { get; set; } = [];

    /// <summary>Items about containers, with metadata Option: the option of formats that they are for.</summary>
    public ITaskItem[] ContainerSettings { get; set; } = [];

    /// <summary>Partitions of disks beside the root's.</summary>
    public ITaskItem[] Partitions { get; set; } = [];

    /// <summary>A file with a list of more partitions, in the form of imagetool's -extraPartitionsFilename.</summary>
    public string PartitionsFile { get; set; } = "";

    /// <summary>The artifacts in the order of the formats, with metadata Format and IsFolder.</summary>
    [Output]
    public ITaskItem[] Artifacts { get; set; } = [];

    private protected IReadOnlyList<ArtifactRequest> Requests()
    {
        var requests = ItemReader.Formats(Formats, FormatNames, Absolute(OutputDirectory), [.. ExtraTrees.Select(Absolute)], Absolute(ProjectFile));
        return [.. ItemReader.WithOptions(requests, FormatOptions, ContainerSettings, Partitions, PartitionsFile.Length > 0 ? Absolute(PartitionsFile) : "")];
    }

    private protected static ITaskItem[] ToItems(IEnumerable<MadeArtifact> artifacts) =>
    [
        .. artifacts.Select(artifact => new TaskItem(artifact.Path, new Dictionary<string, string>
        {
            ["Format"] = artifact.Format,
            ["IsFolder"] = artifact.IsFolder ? "true" : "false",
        })),
    ];
}
