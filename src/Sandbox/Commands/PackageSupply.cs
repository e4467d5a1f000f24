using ImageSdk.Contracts.Projects;

namespace ImageSdk.Sandbox.Commands;

/// <summary>Packages that a packager takes from this machine in place of fetching them.</summary>
/// <param name="Mounts">Where the command sees them.</param>
/// <param name="AptSettings">Lines of apt's configuration that lead there.</param>
/// <param name="Options">The same as options, for a command whose project has a configuration of its own in place of ours.</param>
sealed record PackageSupply(IReadOnlyList<BindMount> Mounts, IReadOnlyList<string> AptSettings, IReadOnlyList<string> Options);
