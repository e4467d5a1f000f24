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

    /// <summary>Where they are written as items for the next evaluation by an editor; empty for nowhere.</summary>
    public string EditorFile { get; set; } = "";

    /// <summary>The files, each once.</summary>
    [Output]
    public ITaskItem[] Files { get; set; } = [];

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        List<ListedTree> trees =
        [
            .. ManifestDirectory is "" ? [] : ImageBuild.ContentFolders.Select(name => new ListedTree(Path.Combine(Absolute(ManifestDirectory), name), name)),
            .. Directories.Select(directory => Path.TrimEndingDirectorySeparator(Absolute(directory.ItemSpec))).Select(directory => new ListedTree(directory, Path.GetFileName(directory))),
        ];
        var files = trees.SelectMany(tree => TreeFiles.Below(tree.Directory).Select(path => (Path: path, Tree: tree))).DistinctBy(file => file.Path, StringComparer.Ordinal).ToList();
        Files = [.. files.Select(file => new TaskItem(TreeFiles.AsItem(file.Path)))];
        if (EditorFile is not "")
            EditorItems.Write(Absolute(EditorFile), Path.GetDirectoryName(Absolute(ProjectFile))!, files);
    }
}
