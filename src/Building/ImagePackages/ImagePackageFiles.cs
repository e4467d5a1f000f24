namespace ImageSdk.Building.ImagePackages;

/// <summary>What goes into a NuGet package that carries an image.</summary>
/// <param name="Image">The record.</param>
public sealed record ImagePackageFiles(string Image, string Objects, string Notices, string Props);
