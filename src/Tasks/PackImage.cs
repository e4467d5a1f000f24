using System.Globalization;
using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

using TaskItem = Microsoft.Build.Utilities.TaskItem;

namespace ImageSdk.Tasks;

/// <summary>Makes the files that a NuGet package carries of the built image, and says where in the package they go.</summary>
[MSBuildMultiThreadableTask]
public sealed class PackImage : SandboxedImageTask
{
    [Required]
    public string PackageId { get; set; } = "";

    [Required]
    public string PackageVersion { get; set; } = "";

    /// <summary>The files, with metadata Pack and PackagePath as NuGet's pack targets want them.</summary>
    [Output]
    public ITaskItem[] PackageFiles { get; set; } = [];

    /// <summary>
    /// When the image was made, in seconds since 1970, for the files in the package: one image makes one package, whenever it is packed. Empty
    /// where that is not known.
    /// </summary>
    [Output]
    public string PackageTime { get; set; } = "";

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var files = await build.PackAsync(PackageId, PackageVersion, workers, cancellation).ConfigureAwait(false);
        PackageTime = files.Time?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "";
        PackageFiles =
        [
            Item(files.Image, "image/root.image"),
            Item(files.Objects, "image/root.objects.zst"),
            Item(files.Notices, "THIRD-PARTY-NOTICES.txt"),
            // The name by which NuGet knows what a project is to import.
            Item(files.Props, $"build/{PackageId}.props"),
        ];
    }

    static TaskItem Item(string file, string path) =>
        new(file, new Dictionary<string, string> { ["Pack"] = "true", ["PackagePath"] = path, ["BuildAction"] = "None" });
}
