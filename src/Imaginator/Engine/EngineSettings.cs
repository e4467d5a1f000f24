using ImageSdk.Contracts.Projects;

namespace ImageSdk.Imaginator.Engine;

/// <summary>How the engine builds on this machine.</summary>
/// <param name="StateDirectory">Where builds keep what they need.</param>
/// <param name="CacheDirectory">Where layers are kept.</param>
/// <param name="SharedCache">Where machines share layers; null for nowhere.</param>
/// <param name="Architecture">In the field's words: amd64, arm64.</param>
/// <param name="ImageServer">Where source images come from.</param>
/// <param name="WorkerAssembly">Path of the worker.</param>
/// <param name="Dotnet">Path of the host that runs it.</param>
sealed record EngineSettings(
    string StateDirectory, string CacheDirectory, RemoteCacheSettings? SharedCache, string Architecture, ImageServerSettings ImageServer, string WorkerAssembly, string Dotnet)
{
    /// <summary>The unpacked package ImageSdk, with which projects of streams are evaluated; empty for none.</summary>
    public string ImageSdkDirectory { get; init; } = "";
}
