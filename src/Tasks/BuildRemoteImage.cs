using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Has an imaginator build the project, and fetches what it makes.</summary>
[MSBuildMultiThreadableTask]
public sealed class BuildRemoteImage : RemoteImageTask
{
    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation) =>
        build.BuildRemotelyAsync(BuilderSettings, Requests(), References, cancellation);
}
