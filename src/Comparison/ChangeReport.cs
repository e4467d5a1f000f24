namespace ImageSdk.Comparison;

/// <summary>What there is to say of two images, or of two locks, whatever the format.</summary>
/// <param name="Left">What the older side is called.</param>
/// <param name="Right">What the newer side is called.</param>
public sealed record ChangeReport(string Left, string Right, PackageComparison Packages)
{
    /// <summary>The rest of the images; null where only packages were compared.</summary>
    public ImageComparison? Image { get; init; }

    /// <summary>What the two sides of locks stand on; null for images.</summary>
    public (string Left, string Right)? Source { get; init; }

    /// <summary>Of upgraded packages, where changelogs were asked for and are in the image.</summary>
    public IReadOnlyList<ChangelogExcerpt> Changelogs { get; init; } = [];

    public bool IsSame => Packages.IsEmpty && Image is null or { IsSame: true } && Source?.Left == Source?.Right;

    public static ChangeReport Of(string left, string right, ImageComparison image) => new(left, right, image.Packages) { Image = image };
}
