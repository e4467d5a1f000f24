using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Writes the documents about the built image beside it: bills of materials and provenance.</summary>
[MSBuildMultiThreadableTask]
public sealed class DescribeImage : SandboxedImageTask
{
    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation) =>
        build.DescribeAsync(workers, cancellation);
}
