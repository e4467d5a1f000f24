namespace ImageSdk.Dominator;

/// <summary>A directory of an image server.</summary>
/// <param name="Name">Empty at the end of a list of directories.</param>
public sealed record ImageDirectory(string Name, DirectoryMetadata Metadata);

/// <summary>What an image server keeps about a directory.</summary>
/// <param name="OwnerGroup">The group that may add images; empty for none.</param>
public sealed record DirectoryMetadata(string OwnerGroup);
