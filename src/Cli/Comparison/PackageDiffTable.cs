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
            .OrderBy(row => row.Name, StringComparer.Ordinal).ThenBy(row => row.Change, StringComparer.Ordinal).ToArray();
        var (name, change, left) = (Width(row => row.Name), Width(row => row.Change), Width(row => row.Left));
        foreach (var row in rows)
            output.WriteLine($"{row.Change.PadRight(change)}  {row.Name.PadRight(name)}  {row.Left.PadRight(left)}  {row.Right}".TrimEnd());

        int Width(Func<Row, string> column) => rows.Select(row => column(row).Length).DefaultIfEmpty().Max();
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

    /// <summary>Texts of a row, each on one line whatever is in them.</summary>
    sealed record Row
    {
        public Row(string name, string change, string left, string right) =>
            (Name, Change, Left, Right) = (OneLine.Of(name), change, OneLine.Of(left), OneLine.Of(right));

        public string Name { get; }
        public string Change { get; }
        public string Left { get; }
        public string Right { get; }
    }
}
