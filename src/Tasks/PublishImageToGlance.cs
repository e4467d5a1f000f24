using System.Globalization;
using ImageSdk.Building;
using ImageSdk.Building.Clouds;
using ImageSdk.Building.Workers;
using ImageSdk.Tasks.Reading;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Brings an artifact of the built image to the image service of a cloud, or looks whether that could be.</summary>
[MSBuildMultiThreadableTask]
public sealed class PublishImageToGlance : SandboxedImageTask
{
    /// <summary>A cloud of clouds.yaml, "envvars", or the service's address.</summary>
    [Required]
    public string Cloud { get; set; } = "";

    /// <summary>Name of the artifact's format.</summary>
    [Required]
    public string Format { get; set; } = "";

    /// <summary>The file; empty to look for mistakes alone.</summary>
    public string Artifact { get; set; } = "";

    /// <summary>Empty for that of the image in the store.</summary>
    public string ImageName { get; set; } = "";

    public string Visibility { get; set; } = "";

    public string[] Tags { get; set; } = [];

    /// <summary>Names with metadata Value.</summary>
    public ITaskItem[] Properties { get; set; } = [];

    /// <summary>Gibibytes; empty for none.</summary>
    public string MinimumDisk { get; set; } = "";

    /// <summary>Mebibytes; empty for none.</summary>
    public string MinimumMemory { get; set; } = "";

    /// <summary>The image's id in Glance.</summary>
    [Output]
    public string ImageId { get; set; } = "";

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var request = new GlanceRequest(Cloud, Format, new(TaskEnvironment.GetEnvironmentVariable, Path.GetDirectoryName(Absolute(ProjectFile))!))
        {
            ImageName = ImageName,
            Visibility = Visibility,
            Tags = [.. Tags.Select(tag => tag.Trim()).Where(tag => tag.Length > 0)],
            Properties = Properties.GroupBy(property => property.ItemSpec).ToDictionary(property => property.Key, property => property.Last().GetMetadata("Value")),
            MinimumDisk = Number(MinimumDisk, "GlanceMinimumDisk"),
            MinimumMemory = Number(MinimumMemory, "GlanceMinimumMemory"),
        };
        if (Artifact.Length == 0)
        {
            ImageBuild.CheckGlance(request);
            return;
        }
        var published = await build.PublishToGlanceAsync(request, Absolute(Artifact), workers, cancellation).ConfigureAwait(false);
        ImageId = published.Id.ToString();
        Log.LogMessage(MessageImportance.High, "{0} -> {1} ({2}){3}", ProjectName, published.Location, published.Name, published.Ran ? "" : ", which is there already");
    }

    int Number(string text, string name) => text.Trim().Length == 0 ? 0
        : int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Words.Wrong(name, text, "a whole number", Absolute(ProjectFile));
}
