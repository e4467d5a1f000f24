using ImageSdk.Cli.Finding;
using ImageSdk.Images;

namespace ImageSdk.Cli.Comparison;

/// <summary>
/// What differs between what two images put on a machine: files, packages, filter, triggers, tags and owners. Names,
/// times of creation, build logs and git commits, which differ always, do not count.
/// </summary>
sealed record ImageComparison
{
    public required string Left { get; init; }
    public required string Right { get; init; }
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

    /// <param name="left">One image.</param>
    /// <param name="right">The other image.</param>
    /// <param name="applyFilters">Leave out what the images' filters match, as the original's comparison does.</param>
    /// <param name="ignoreTimes">A file of another time only is the same file.</param>
    /// <exception cref="ImageFormatException">A tree cannot be walked.</exception>
    /// <exception cref="FilterException">A filter that has to be applied is invalid.</exception>
    public static ImageComparison Compare(FoundImage left, FoundImage right, bool applyFilters = false, bool ignoreTimes = false)
    {
        var (mine, theirs) = (left.Image, right.Image);
        return new()
        {
            Left = left.Name,
            Right = right.Name,
            Files = CompareFiles(left, right, applyFilters, ignoreTimes),
            Packages = PackageComparison.Compare(mine.Packages, theirs.Packages),
            HasFilter = (mine.Filter is not null, theirs.Filter is not null),
            FilterLines = CompareTexts(mine.Filter?.Lines ?? [], theirs.Filter?.Lines ?? []),
            // Their texts, as records that hold lists are equal only to themselves.
            Triggers = ListChange<Trigger>.Compare(
                mine.Triggers?.List ?? [], theirs.Triggers?.List ?? [], trigger => new Triggers([trigger]).ToJson()),
            Tags = TagChange.Compare(mine.Tags, theirs.Tags),
            OwnerUsers = CompareTexts(mine.OwnerUsers, theirs.OwnerUsers),
            OwnerGroups = CompareTexts(mine.OwnerGroups, theirs.OwnerGroups),
        };
    }

    static ImageDiff CompareFiles(FoundImage left, FoundImage right, bool applyFilters, bool ignoreTimes)
    {
        var (mine, theirs) = (left.Tree, right.Tree);
        if (applyFilters)
            (mine, theirs) = ImageDiff.Reduce(mine, left.Image.Filter, theirs, right.Image.Filter);
        var diff = ImageDiff.Compare(mine, theirs);
        if (!ignoreTimes)
            return diff;
        return diff with
        {
            Changed = diff.Changed.Select(change => change with { Aspects = change.Aspects & ~DiffAspects.Mtime })
                .Where(change => change.Aspects != DiffAspects.None).ToArray(),
        };
    }

    static ListChange<string> CompareTexts(IEnumerable<string> left, IEnumerable<string> right) =>
        ListChange<string>.Compare(left.Distinct(), right.Distinct(), text => text);
}
