namespace ImageSdk.Debian.Planning;

/// <summary>The newest lists that any build got of a set of sources.</summary>
/// <param name="Layer">The layer that they are in.</param>
/// <param name="Digest">Of all the lists.</param>
/// <param name="Releases">The files that say which lists there are.</param>
/// <param name="Settings">How apt is configured where these sources are.</param>
/// <param name="Essential">Names of the packages that every system has to have; null where that is not known.</param>
sealed record AptSources(string Layer, string Digest, IReadOnlyList<AptRelease> Releases, AptSettings Settings, IReadOnlyList<string>? Essential);

/// <summary>A signed list of lists.</summary>
/// <param name="Uri">Where it comes from.</param>
/// <param name="FileName">Its name among the lists.</param>
sealed record AptRelease(string Uri, string FileName);
