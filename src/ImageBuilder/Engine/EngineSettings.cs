using ImageSdk.Contracts.Networking;

namespace ImageSdk.ImageBuilder.Engine;

/// <summary>How the engine builds on this machine.</summary>
/// <param name="StateDirectory">Where builds keep what they need.</param>
/// <param name="CacheDirectory">Where layers are kept.</param>
/// <param name="Architecture">In the field's words: amd64, arm64.</param>
/// <param name="Format">What the image becomes: the name of a format of artifacts, with its options.</param>
/// <param name="FormatOptions">By their names.</param>
/// <param name="Archives">How archives are reached.</param>
/// <param name="Denied">Networks that nothing is fetched from.</param>
/// <param name="HostPorts">Ports of this machine where archives are.</param>
/// <param name="BuildTimeout">That a build may take.</param>
/// <param name="BuildQuota">Bytes of what builds leave for the next of the same content.</param>
/// <param name="WorkerAssembly">Path of the worker.</param>
/// <param name="Dotnet">Path of the host that runs it.</param>
sealed record EngineSettings(
    string StateDirectory, string CacheDirectory, string Architecture, string Format, IReadOnlyDictionary<string, string> FormatOptions, ArchiveTable Archives, DeniedNetworks Denied,
    IReadOnlyList<int> HostPorts, TimeSpan BuildTimeout,
    ulong BuildQuota, string WorkerAssembly, string Dotnet)
{
    public string BuildDirectory => Path.Combine(StateDirectory, "builds");
}
