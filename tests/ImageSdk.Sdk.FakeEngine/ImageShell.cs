using ImageSdk.Building.Workers;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Building.Shells;

/// <summary>The contract of the engine's shells: there are none.</summary>
public sealed class ImageShell(string stateDirectory, IBuildListener listener)
{
    public string Find(string stage)
    {
        listener.Progress(stage);
        return stateDirectory;
    }

    public Task<int> RunAsync(string place, IReadOnlyList<string> command, string? terminal, string? terminalType, BuildWorkers workers, CancellationToken cancellation) => Task.FromResult(0);
}
