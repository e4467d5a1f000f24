using System.Globalization;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Comparison.Reports;

/// <summary>A comparison in one or two lines, for the log of a build.</summary>
public static class ChangeSummary
{
    /// <summary>Packages that are named; the file has them all.</summary>
    const int namedPackages = 4;

    /// <returns>Nothing where all is the same.</returns>
    public static IReadOnlyList<string> Format(ChangeReport report)
    {
        if (report.IsSame)
            return [];
        var rows = PackageRow.Of(report.Packages);
        var parts = new List<string>();
        if (CountPackages(rows) is { Length: > 0 } packages)
            parts.Add(packages);
        if (report.Image is { Files: { IsEmpty: false } files, Transfer: var transfer })
        {
            parts.Add(Counted("file", ("added", files.Added.Count), ("changed", files.Changed.Count), ("removed", files.Removed.Count)));
            parts.Add($"{HumanSize.Format(transfer.Bytes)} to transfer");
        }
        var first = $"Since {OneLine.Of(report.Left)}: {(parts.Count > 0 ? string.Join("; ", parts) : "nothing but the image's metadata changed")}";
        return rows.Count == 0 ? [first] : [first, Name(rows)];
    }

    static string CountPackages(IReadOnlyList<PackageRow> rows) => Counted(
        "package", [.. ((string[])["added", "removed", "upgraded", "downgraded", "changed"]).Select(change => (change, rows.Count(row => row.Change == change)))]);

    // "2 packages added, 1 removed"
    static string Counted(string noun, params (string Word, int Count)[] counts)
    {
        var isFirst = true;
        return string.Join(", ", counts.Where(count => count.Count > 0).Select(count =>
        {
            var named = isFirst ? $" {noun}{(count.Count == 1 ? "" : "s")}" : "";
            isFirst = false;
            return $"{count.Count.ToString("N0", CultureInfo.InvariantCulture)}{named} {count.Word}";
        }));
    }

    static string Name(IReadOnlyList<PackageRow> rows)
    {
        var named = rows.Take(namedPackages).Select(row => OneLine.Of((row.Left, row.Right) switch
        {
            ("", _) => $"+{row.Name} {row.Right}",
            (_, "") => $"-{row.Name} {row.Left}",
            _ => $"{row.Name} {row.Left} -> {row.Right}",
        }));
        return string.Join(", ", named) + (rows.Count > namedPackages ? $" and {rows.Count - namedPackages} more" : "");
    }
}
