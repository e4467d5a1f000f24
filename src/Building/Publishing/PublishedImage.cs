using ImageSdk.Images;

namespace ImageSdk.Building.Publishing;

/// <summary>What decides whether an image was published before, and under which name it can be.</summary>
static class PublishedImage
{
    /// <summary>Whether a stored image is the one that was built: stores fill in who brought it, and when.</summary>
    public static bool IsSame(Image stored, Image built) =>
        stored.BuildLog == built.BuildLog && stored.FileSystem is { } fileSystem
        && TreeHash.Compute(fileSystem) == TreeHash.Compute(built.FileSystem!);

    /// <summary>The name of the next second: there is one image a second and stream, and deleted names are not given again.</summary>
    public static string NextName(string name)
    {
        _ = ImageName.TryParse(name, out var stream, out var time);
        return ImageName.Format(stream, time.AddSeconds(1));
    }
}
