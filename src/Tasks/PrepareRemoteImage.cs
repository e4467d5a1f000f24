using ImageSdk.Building;
using ImageSdk.Building.Workers;
using Microsoft.Build.Framework;

namespace ImageSdk.Tasks;

/// <summary>Notes what a build by an imaginator reads, so that MSBuild sees whether it changed.</summary>
[MSBuildMultiThreadableTask]
public sealed class PrepareRemoteImage : RemoteImageTask
{
    private protected override Task ExecuteAsync(ImageBuild build, BuildWorkers workers, CancellationToken cancellation)
    {
        Artifacts = ToItems(build.PrepareRemote(BuilderSettings, Requests(), References));
        return Task.CompletedTask;
    }
}
