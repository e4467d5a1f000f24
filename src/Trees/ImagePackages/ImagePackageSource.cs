namespace ImageSdk.Trees.ImagePackages;

/// <summary>An image in a NuGet package that the project references, as the package's own props file describes it.</summary>
/// <param name="Id">Of the package.</param>
/// <param name="Version">The version that NuGet chose.</param>
/// <param name="Stream">The image's stream where it was built.</param>
/// <param name="ImageName">STREAM/TIME.</param>
/// <param name="Architecture">amd64, arm64; empty where the package does not say.</param>
/// <param name="TreeHash">SHA-512 of the image's tree, 128 hexadecimal digits.</param>
/// <param name="ImageFile">The record.</param>
/// <param name="ObjectsFile">The contents of the image's files.</param>
public sealed record ImagePackageSource(
    string Id, string Version, string Stream, string ImageName, string Architecture, string TreeHash, string ImageFile, string ObjectsFile)
{
    public override string ToString() => $"{Id} {Version}";
}
