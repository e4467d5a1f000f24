using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Comparison;

/// <summary>What differs between two images.</summary>
sealed record ImageComparison(
    string Left, string Right, IReadOnlyList<FileChange> Files, IReadOnlyList<PackageChange> Packages, ListChange<string> Filter,
    ListChange<Trigger> Triggers, ListChange<string> Tags)
{
    /// <exception cref="ImageFormatException">A tree cannot be walked.</exception>
    public static ImageComparison Compare(string leftName, Image left, string rightName, Image right) => new(
        leftName, rightName,
        left.FileSystem is { } mine && right.FileSystem is { } theirs ? FileChange.Of(ImageDiff.Compare(mine, theirs)) : [],
        PackageChange.Compare(left.Packages, right.Packages),
        ListChange<string>.Compare(left.Filter?.Lines ?? [], right.Filter?.Lines ?? [], line => line),
        // Their texts, as records that hold lists are equal only to themselves.
        ListChange<Trigger>.Compare(left.Triggers?.List ?? [], right.Triggers?.List ?? [], trigger => new Triggers([trigger]).ToJson()),
        ListChange<string>.Compare(TagsOf(left), TagsOf(right), tag => tag));

    static string[] TagsOf(Image image) =>
        [.. (image.Tags ?? new Dictionary<string, string>()).Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal)];
}
