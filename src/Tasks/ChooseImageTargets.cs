using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using Microsoft.Build.Framework;

using TaskItem = Microsoft.Build.Utilities.TaskItem;

namespace ImageSdk.Tasks;

/// <summary>Finds which image of a referenced project is meant, where that makes several.</summary>
[MSBuildMultiThreadableTask]
public sealed class ChooseImageTargets : ImageTask
{
    /// <summary>The targets of all referenced projects, as these return them.</summary>
    [Required]
    public ITaskItem[] Available { get; set; } = [];

    /// <summary>ProjectReference items; metadata ImageTarget names one.</summary>
    [Required]
    public ITaskItem[] References { get; set; } = [];

    /// <summary>The target of this project; empty where it has one image.</summary>
    public string Target { get; set; } = "";

    public string Release { get; set; } = "";

    public string Architecture { get; set; } = "";

    /// <summary>Whether the target was said to the whole build, and not by a project to itself.</summary>
    public bool IsOfBuild { get; set; }

    /// <summary>The references to projects with several images, with metadata SetTargetFramework.</summary>
    [Output]
    public ITaskItem[] Chosen { get; set; } = [];

    private protected override string LiveTitle => "";

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        var targets = Available.ToLookup(
            item => item.GetMetadata("MSBuildSourceProjectFile"),
            item => new ImageTarget(item.ItemSpec, item.GetMetadata("Release"), item.GetMetadata("Architecture"), item.GetMetadata("Profile")));
        var wanted = new ImageTarget(Target, Release, Architecture, "");
        Chosen = [.. References.Select(reference => (reference, available: targets[Absolute(reference.ItemSpec)].Distinct().ToList()))
            .Where(pair => pair.available.Count > 0)
            .Select(pair => Choose(pair.reference, ImageTarget.Choose(pair.available, pair.reference.ItemSpec, pair.reference.GetMetadata("ImageTarget"), wanted)))];
    }

    TaskItem Choose(ITaskItem reference, ImageTarget target)
    {
        var chosen = new TaskItem(reference);
        chosen.SetMetadata("SetTargetFramework", $"ImageTarget={target.Name}" + (IsOfBuild ? "" : ";_ImageTargetIsDispatched=true"));
        // What is both given and removed would be removed.
        chosen.SetMetadata("GlobalPropertiesToRemove", string.Join(';', reference.GetMetadata("GlobalPropertiesToRemove").Split(';').Except(["ImageTarget", "_ImageTargetIsDispatched"])));
        return chosen;
    }
}
