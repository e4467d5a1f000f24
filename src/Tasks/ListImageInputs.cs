using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

using TaskItem = Microsoft.Build.Utilities.TaskItem;

namespace ImageSdk.Tasks;

/// <summary>Lists the files of the trees and other folders that an image is made of, for editors and dotnet watch. A build needs no such list.</summary>
[MSBuildMultiThreadableTask]
public sealed class ListImageInputs : ImageTask
{
    /// <summary>The conventional folders below it are listed; empty where the project does without them.</summary>
    public string ManifestDirectory { get; set; } = "";

    /// <summary>More directories, there or not.</summary>
    public ITaskItem[] Directories { get; set; } = [];

    /// <summary>The files, each once.</summary>
    [Output]
    public ITaskItem[] Files { get; set; } = [];

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        var conventional = ManifestDirectory is "" ? [] : ImageBuild.ContentFolders.Select(name => Path.Combine(Absolute(ManifestDirectory), name));
        Files =
        [
            .. conventional.Concat(Directories.Select(directory => Absolute(directory.ItemSpec)))
                .SelectMany(TreeFiles.Below)
                .Distinct(StringComparer.Ordinal)
                .Select(path => new TaskItem(TreeFiles.AsItem(path))),
        ];
    }
}
