using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>A directory of an image server.</summary>
/// <param name="Name">Empty at the end of a list of directories.</param>
public sealed record ImageDirectory(string Name, DirectoryMetadata Metadata)
{
    /// <summary>The schema.</summary>
    public static GobType<ImageDirectory> Gob => ImageTypes.Directory;
}

/// <summary>What an image server keeps about a directory.</summary>
/// <param name="OwnerGroup">The group that may add images; empty for none.</param>
public sealed record DirectoryMetadata(string OwnerGroup);
