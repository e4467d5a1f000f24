using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Building;

/// <summary>The contract of the engine's tests, without an engine: an image has none.</summary>
public sealed class ImageTestBuild(string stateDirectory, IBuildListener listener)
{
    public async Task<IReadOnlyList<ImageTest>> ListTestsAsync(BuildWorkers workers)
    {
        await Task.Yield();
        listener.Progress($"{stateDirectory} {workers.Used}");
        return [];
    }
}

public sealed record ImageTest(string Path, string File);
