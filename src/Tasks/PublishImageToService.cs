using ImageSdk.Building;
using ImageSdk.Building.ImageServices;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Brings what a machine boots with over a network to an image management service, or looks whether that could be.</summary>
[MSBuildMultiThreadableTask]
public sealed class PublishImageToService : SandboxedImageTask
{
    /// <summary>The service's address.</summary>
    [Required]
    public string Service { get; set; } = "";

    /// <summary>The folder of the format "kernel"; none to look for mistakes alone.</summary>
    public ITaskItem? Artifact { get; set; }

    /// <summary>Empty for the image's stream.</summary>
    public string ImageName { get; set; } = "";

    /// <summary>Names with metadata Value.</summary>
    public ITaskItem[] Tags { get; set; } = [];

    /// <summary>The image's id at the service.</summary>
    [Output]
    public string ImageId { get; set; } = "";

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        var request = new ImageServiceRequest(Service, TaskEnvironment.GetEnvironmentVariable)
        {
            ImageName = ImageName.Trim(), Tags = Tags.GroupBy(tag => tag.ItemSpec).ToDictionary(tag => tag.Key, tag => tag.Last().GetMetadata("Value")),
        };
        if (Artifact is null)
        {
            ImageBuild.CheckImageService(request);
            return;
        }
        var published = await build.PublishToImageServiceAsync(request, Absolute(Artifact.ItemSpec), cancellation).ConfigureAwait(false);
        ImageId = published.Id;
        Log.LogMessage(MessageImportance.High, "{0} -> {1} ({2}){3}", ProjectName, published.Location, published.Name, published.Ran ? "" : ", which is there already");
    }
}
