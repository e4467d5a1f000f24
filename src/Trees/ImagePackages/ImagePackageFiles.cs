namespace ImageSdk.Trees.ImagePackages;

/// <summary>What goes into a NuGet package that carries an image.</summary>
/// <param name="Image">The record.</param>
/// <param name="Time">When the image was made; null where its name does not say.</param>
public sealed record ImagePackageFiles(string Image, string Objects, string Notices, string Props, DateTimeOffset? Time);
