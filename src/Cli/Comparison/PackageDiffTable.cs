using ImageSdk.Cli.Output;
using ImageSdk.Images;

namespace ImageSdk.Cli.Comparison;

/// <summary>Differences between two package lists for people: what happened, to which package, from and to which version.</summary>
static class PackageDiffTable
{
    public static void Write(TextWriter output, PackageComparison packages)
    {
        var rows = packages.Presence.Added.Select(package => new Row(package.Name, "added", "", package.Version))
            .Concat(packages.Presence.Removed.Select(package => new Row(package.Name, "removed", package.Version, "")))
            .Concat(packages.Changed.Select(From))
            .OrderBy(row => row.Name, StringComparer.Ordinal).ThenBy(row => row.Change, StringComparer.Ordinal);
        TextColumns.WriteTable(output, [.. rows.Select(row => (string[])[row.Change, row.Name, row.Left, row.Right])]);
    }

    public static string Word(PackageChangeKind kind) => kind switch
    {
        PackageChangeKind.Upgraded => "upgraded",
        PackageChangeKind.Downgraded => "downgraded",
        _ => "changed",
    };

    static Row From(PackageChange change) => change.Left.Version == change.Right.Version && change.Left.Size != change.Right.Size
        ? new(change.Left.Name, Word(change.Kind), $"{change.Left.Version} ({HumanSize.Format(change.Left.Size)})", $"{change.Right.Version} ({HumanSize.Format(change.Right.Size)})")
        : new(change.Left.Name, Word(change.Kind), change.Left.Version, change.Right.Version);

    sealed record Row(string Name, string Change, string Left, string Right);
}
