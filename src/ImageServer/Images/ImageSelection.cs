using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Images;

/// <summary>Which images a list is to have.</summary>
sealed class ImageSelection
{
    readonly Func<string, bool> isInside;
    readonly bool ignoreExpiring;
    readonly TagMatcher tags;

    /// <param name="request">
    /// Its directory: "" or "." for all; with a slash at the end those directly in it ("./" for the root's); without,
    /// all below it.
    /// </param>
    public ImageSelection(ListSelectedImagesRequest request)
    {
        ignoreExpiring = request.IgnoreExpiringImages;
        tags = request.TagsToMatch is { } wanted ? new TagMatcher(wanted) : TagMatcher.Any;
        isInside = request.DirectoryName switch
        {
            "" or "." => _ => true,
            [.. var directory, '/'] => name => ImageName.GetDirectory(name) == directory,
            var directory => name => name.StartsWith(directory + "/", StringComparison.Ordinal),
        };
    }

    public bool Includes(ImageHeader header) =>
        isInside(header.Name) && !(ignoreExpiring && header.ExpiresAt is not null) && tags.Matches(header.Tags);
}
