using ImageSdk.Building;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Adds the built image to the store.</summary>
[MSBuildMultiThreadableTask]
public sealed class PublishImage : SandboxedImageTask
{
    /// <summary>STREAM/TIME.</summary>
    [Output]
    public string ImageName { get; set; } = "";

    private protected override async Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation) =>
        ImageName = await build.PublishAsync(workers, cancellation).ConfigureAwait(false);
}
