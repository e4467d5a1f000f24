using ImageSdk.Images;

namespace ImageSdk.Comparison.Reports;

/// <summary>A package that differs, as a row of a table.</summary>
/// <param name="Change">"added", "removed", "upgraded", "downgraded" or "changed".</param>
/// <param name="Left">Its version before; empty where it was not there.</param>
/// <param name="Right">Its version now; empty where it is gone.</param>
sealed record PackageRow(string Change, string Name, string Left, string Right)
{
    /// <summary>All that differ, by name.</summary>
    public static IReadOnlyList<PackageRow> Of(PackageComparison packages) =>
    [
        .. packages.Presence.Added.Select(package => new PackageRow("added", package.Name, "", package.Version))
            .Concat(packages.Presence.Removed.Select(package => new PackageRow("removed", package.Name, package.Version, "")))
            .Concat(packages.Changed.Select(From))
            .OrderBy(row => row.Name, StringComparer.Ordinal).ThenBy(row => row.Change, StringComparer.Ordinal),
    ];

    public static string Word(PackageChangeKind kind) => kind switch
    {
        PackageChangeKind.Upgraded => "upgraded",
        PackageChangeKind.Downgraded => "downgraded",
        _ => "changed",
    };

    static PackageRow From(PackageChange change) => change.Left.Version == change.Right.Version && change.Left.Size != change.Right.Size
        ? new(Word(change.Kind), change.Left.Name, WithSize(change.Left), WithSize(change.Right))
        : new(Word(change.Kind), change.Left.Name, change.Left.Version, change.Right.Version);

    static string WithSize(Package package) => $"{package.Version} ({HumanSize.Format(package.Size)})";
}
