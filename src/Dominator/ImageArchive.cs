using ImageSdk.Images;

namespace ImageSdk.Dominator;

/// <summary>An image together with its name, as an archive holds it.</summary>
public sealed record ImageArchive(string ImageName, Image Image);
