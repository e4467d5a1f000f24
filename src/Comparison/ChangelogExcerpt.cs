namespace ImageSdk.Comparison;

/// <summary>What the changelog of packages says of the versions between the two images.</summary>
/// <param name="Packages">Names; packages of one source share a changelog.</param>
/// <param name="Entries">The newest version first.</param>
/// <param name="IsCut">Whether there is more than is shown.</param>
public sealed record ChangelogExcerpt(IReadOnlyList<string> Packages, IReadOnlyList<ChangelogEntry> Entries, bool IsCut);

/// <summary>What is new in a version.</summary>
/// <param name="Lines">As the changelog has them, indented by what sets points apart.</param>
public sealed record ChangelogEntry(string Version, IReadOnlyList<string> Lines);
