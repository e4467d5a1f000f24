using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Tasks.Reading;
using ImageSdk.Trees.ImageProfiles;
using Microsoft.Build.Framework;

using TaskItem = Microsoft.Build.Utilities.TaskItem;

namespace ImageSdk.Tasks;

/// <summary>Makes the files that a NuGet package carries of a profile, and says where in the package they go.</summary>
[MSBuildMultiThreadableTask]
public sealed class PackImageProfile : ImageTask
{
    [Required]
    public string PackageId { get; set; } = "";

    [Required]
    public string PackageVersion { get; set; } = "";

    /// <summary>The conventional files and folders below it belong to the profile; empty where the project does without them.</summary>
    public string ManifestDirectory { get; set; } = "";

    public string BootTestDirectory { get; set; } = "";

    /// <summary>The project's items, with metadata ProfileItem, the item's type; those with content have metadata IsContent.</summary>
    public ITaskItem[] Items { get; set; } = [];

    /// <summary>Whether the files are written, and not the project checked alone.</summary>
    public bool Pack { get; set; }

    /// <summary>The files, with metadata Pack and PackagePath as NuGet's pack targets want them.</summary>
    [Output]
    public ITaskItem[] PackageFiles { get; set; } = [];

    private protected override string LiveTitle => "";

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        var reader = new ProfileReader(Absolute, listener, Absolute(ProjectFile));
        var items = reader.Read(ManifestDirectory is "" ? null : Absolute(ManifestDirectory), BootTestDirectory is "" ? null : Absolute(BootTestDirectory), Items);
        if (items.Count == 0)
            throw new BuildException("IMG1570", "The profile brings nothing: it has no items, and no files, scripts or tests beside it. Add what images are to get of it.", Absolute(ProjectFile));
        listener.Note($"profile: {string.Join(", ", items.GroupBy(item => item.Type).Select(type => $"{type.Key} {type.Count()}"))}");
        if (!Pack)
            return;
        var (props, archive) = ProfilePackage.Write(Path.Combine(Absolute(StateDirectory), "profile"), PackageId, PackageVersion, items);
        PackageFiles =
        [
            // NuGet imports the second one where another package brings this one along, and older versions of it the first one.
            Item(props, $"build/{PackageId}.props"),
            Item(props, $"buildTransitive/{PackageId}.props"),
            .. reader.Files.Select(file => Item(file.File, file.PackagePath)),
            .. archive is null ? Array.Empty<TaskItem>() : [Item(archive, "profile/content.tar")],
        ];
    }

    static TaskItem Item(string file, string path) =>
        new(MSBuildList.Escaped(file), new Dictionary<string, string> { ["Pack"] = "true", ["PackagePath"] = MSBuildList.Escaped(path), ["BuildAction"] = "None" });
}
