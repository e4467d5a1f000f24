using ImageSdk.Cli.Context;
using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;

namespace ImageSdk.Cli.Finding;

/// <summary>Images as a command finds them, and where their objects are.</summary>
static class ImageFinding
{
    /// <summary>Finds an image, without its tree where that is not wanted and the server leaves it out.</summary>
    /// <exception cref="ImageSdk.Cli.Errors.CommandException">There is no such image, or it is damaged.</exception>
    public static Task<FoundImage> FindAsync(this CommandContext context, string specifier, ImageLookup? lookup = null) =>
        new ImageResolver(context).FindAsync(specifier, lookup ?? new());

    /// <summary>Brings the objects of an image from where they are.</summary>
    /// <param name="letServerCompare">Whether to rely on a server that compares them with their hashes; not where they are kept by these.</param>
    public static IObjectFetcher FetcherFor(this CommandContext context, FoundImage found, TransferProgress progress, bool letServerCompare = false) =>
        found.Objects is { } own ? new SourceFetch(own, progress) : context.Repository.Fetcher(progress, letServerCompare);

    /// <summary>Reads single objects of an image.</summary>
    public static IObjectSource ObjectsOf(this CommandContext context, FoundImage found) => found.Objects ?? context.Repository.Objects;
}
