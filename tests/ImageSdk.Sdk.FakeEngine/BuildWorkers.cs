using ImageSdk.Building.Reporting;

namespace ImageSdk.Building.Workers;

/// <summary>The contract of the engine's workers: there are none.</summary>
public sealed class BuildWorkers(string workerAssembly, string dotnet) : IDisposable
{
    public bool ComparesImages { get; set; }

    public string WorkerAssembly { get; } = workerAssembly;

    public string Dotnet { get; } = dotnet;

    public BuildTimings Timings { get; } = new();

    public int Used { get; set; }

    public void Dispose() => Used = 0;
}
