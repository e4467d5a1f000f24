using ImageSdk.Images;

namespace ImageSdk.Comparison;

/// <summary>
/// What differs between what two images put on a machine: files, packages, filter, triggers, tags and owners. Names,
/// times of creation, build logs and git commits, which differ always, do not count.
/// </summary>
public sealed record ImageComparison
{
    public required ImageDiff Files { get; init; }
    public required PackageComparison Packages { get; init; }

    /// <summary>Whether the sides have a filter at all: an image without one is sparse.</summary>
    public required (bool Left, bool Right) HasFilter { get; init; }

    public required ListChange<string> FilterLines { get; init; }
    public required ListChange<Trigger> Triggers { get; init; }
    public required IReadOnlyList<TagChange> Tags { get; init; }
    public required ListChange<string> OwnerUsers { get; init; }
    public required ListChange<string> OwnerGroups { get; init; }

    public bool IsFilterSame => FilterLines.IsEmpty && HasFilter.Left == HasFilter.Right;

    public bool IsSame => Files.IsEmpty && Packages.IsEmpty && IsFilterSame && Triggers.IsEmpty && Tags.Count == 0 &&
        OwnerUsers.IsEmpty && OwnerGroups.IsEmpty;

    /// <summary>What a machine with the left image has to fetch of the right one.</summary>
    public required TransferSize Transfer { get; init; }

    /// <param name="left">The older image, with its tree.</param>
    /// <param name="right">The newer image, with its tree.</param>
    /// <param name="applyFilters">Leave out what the images' filters match, as the original's comparison does.</param>
    /// <param name="ignoreTimes">A file of another time only is the same file.</param>
    /// <exception cref="ImageFormatException">A tree is missing, or cannot be walked.</exception>
    /// <exception cref="FilterException">A filter that has to be applied is invalid.</exception>
    public static ImageComparison Compare(Image left, Image right, bool applyFilters = false, bool ignoreTimes = false)
    {
        var (mine, theirs) = (TreeOf(left), TreeOf(right));
        if (applyFilters)
            (mine, theirs) = ImageDiff.Reduce(mine, left.Filter, theirs, right.Filter);
        return new()
        {
            Files = CompareFiles(mine, theirs, ignoreTimes),
            Transfer = TransferSize.Between(mine, theirs),
            Packages = PackageComparison.Compare(left.Packages, right.Packages),
            HasFilter = (left.Filter is not null, right.Filter is not null),
            FilterLines = CompareTexts(left.Filter?.Lines ?? [], right.Filter?.Lines ?? []),
            // Their texts, as records that hold lists are equal only to themselves.
            Triggers = ListChange<Trigger>.Compare(
                left.Triggers?.List ?? [], right.Triggers?.List ?? [], trigger => new Triggers([trigger]).ToJson()),
            Tags = TagChange.Compare(left.Tags, right.Tags),
            OwnerUsers = CompareTexts(left.OwnerUsers, right.OwnerUsers),
            OwnerGroups = CompareTexts(left.OwnerGroups, right.OwnerGroups),
        };
    }

    static FileSystem TreeOf(Image image) => image.FileSystem ?? throw new ImageFormatException("/", "the image has no file system");

    static ImageDiff CompareFiles(FileSystem left, FileSystem right, bool ignoreTimes)
    {
        var diff = ImageDiff.Compare(left, right);
        return !ignoreTimes ? diff : diff with
        {
            Changed = [.. diff.Changed.Select(change => change with { Aspects = change.Aspects & ~DiffAspects.Mtime }).Where(change => change.Aspects != DiffAspects.None)],
        };
    }

    static ListChange<string> CompareTexts(IEnumerable<string> left, IEnumerable<string> right) =>
        ListChange<string>.Compare(left.Distinct(), right.Distinct(), text => text);
}
