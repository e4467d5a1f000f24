using ImageSdk.Building;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Trees.ImageProfiles;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Brings the content of the profiles that the project references to where the build reads it, and says what they bring.</summary>
[MSBuildMultiThreadableTask]
public sealed class UnpackImageProfiles : ImageTask
{
    /// <summary>ImageProfilePackage items, with metadata Version, and Archive and Digest where they have content.</summary>
    [Required]
    public ITaskItem[] Profiles { get; set; } = [];

    /// <summary>What is left of their items in the project, with metadata ImageProfile and Kind.</summary>
    public ITaskItem[] Items { get; set; } = [];

    [Required]
    public string Directory { get; set; } = "";

    private protected override string LiveTitle => "";

    private protected override void Execute(ImageBuild build, IBuildListener listener)
    {
        var folder = Absolute(Directory);
        var used = new HashSet<string>();
        foreach (var profile in Profiles)
        {
            var name = $"{profile.ItemSpec} {profile.GetMetadata("Version")}";
            if (profile.GetMetadata("Digest") is { Length: > 0 } digest && used.Add(digest))
                ProfileArchive.Unpack(Absolute(profile.GetMetadata("Archive")), Path.Combine(folder, digest), name);
            listener.Note($"profile {name}: {Describe(profile.ItemSpec)}");
        }
        // Those of earlier versions.
        if (System.IO.Directory.Exists(folder))
        {
            foreach (var old in System.IO.Directory.GetDirectories(folder).Where(old => Path.GetFileName(old) is { Length: 64 } digest && !used.Contains(digest)))
                System.IO.Directory.Delete(old, recursive: true);
        }
    }

    string Describe(string profile)
    {
        var kinds = Items.Where(item => item.GetMetadata("ImageProfile") == profile).GroupBy(item => item.GetMetadata("Kind")).Select(kind => $"{kind.Key} {kind.Count()}").ToList();
        return kinds.Count > 0 ? string.Join(", ", kinds) : "nothing that the project keeps";
    }
}
