using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Comparison.Reports;

/// <summary>A comparison for terminals and logs: "+" only right, "-" only left, "~" on both sides but not the same. Nothing where all is the same.</summary>
static class TextReport
{
    public static void Write(TextWriter output, ChangeReport report)
    {
        if (report.IsSame)
            return;
        if (report.Image is { } image)
            WriteImage(output, report, image);
        else
            WritePackages(output, report);
        WriteChangelogs(output, report.Changelogs);
    }

    static void WriteImage(TextWriter output, ChangeReport report, ImageComparison comparison)
    {
        output.WriteLine($"--- {OneLine.Of(report.Left)}");
        output.WriteLine($"+++ {OneLine.Of(report.Right)}");
        WriteFiles(output, comparison);
        WritePackages(output, comparison.Packages);
        WriteFilter(output, comparison);
        WriteList(output, "triggers", comparison.Triggers, TriggerText.Of);
        WriteTags(output, comparison.Tags);
        WriteList(output, "owner users", comparison.OwnerUsers, OneLine.Of);
        WriteList(output, "owner groups", comparison.OwnerGroups, OneLine.Of);
    }

    static void WritePackages(TextWriter output, ChangeReport report)
    {
        if (report.Source is var (left, right) && left != right)
            output.WriteLine($"source image: {OneLine.Of(left)} -> {OneLine.Of(right)}");
        TextColumns.WriteTable(output, [.. PackageRow.Of(report.Packages).Select(row => (string[])[row.Change, row.Name, row.Left, row.Right])]);
    }

    static void WriteChangelogs(TextWriter output, IReadOnlyList<ChangelogExcerpt> changelogs)
    {
        foreach (var changelog in changelogs)
        {
            output.WriteLine($"changelog of {OneLine.Of(string.Join(", ", changelog.Packages))}:");
            foreach (var entry in changelog.Entries)
            {
                output.WriteLine($"  {OneLine.Of(entry.Version)}");
                foreach (var line in entry.Lines)
                    output.WriteLine($"    {OneLine.Of(line)}");
            }
            if (changelog.IsCut)
                output.WriteLine("    …");
        }
    }

    static void WriteFiles(TextWriter output, ImageComparison comparison)
    {
        var files = comparison.Files;
        if (files.IsEmpty)
            return;
        output.WriteLine($"files: {files.Added.Count} added, {files.Removed.Count} removed, {files.Changed.Count} changed");
        foreach (var entry in files.Removed)
            output.WriteLine($"  - {VisibleText.Of(entry.Path)} ({InodeText.Describe(entry.Inode)})");
        foreach (var entry in files.Added)
            output.WriteLine($"  + {VisibleText.Of(entry.Path)} ({InodeText.Describe(entry.Inode)})");
        foreach (var change in files.Changed)
            output.WriteLine($"  ~ {VisibleText.Of(change.Path)}: {string.Join(", ", FileChangeText.Describe(change))}");
        if (comparison.Transfer is { Objects: > 0 } transfer)
            output.WriteLine($"to transfer: {FileChangeText.Describe(transfer)}");
    }

    static void WritePackages(TextWriter output, PackageComparison packages)
    {
        if (packages.IsEmpty)
            return;
        var presence = packages.Presence;
        output.WriteLine(
            $"packages: {presence.Added.Count} added, {presence.Removed.Count} removed, {packages.Changed.Count} changed");
        foreach (var package in presence.Removed)
            output.WriteLine($"  - {OneLine.Of(package.Name)} {OneLine.Of(package.Version)}");
        foreach (var package in presence.Added)
            output.WriteLine($"  + {OneLine.Of(package.Name)} {OneLine.Of(package.Version)}");
        foreach (var (left, right) in packages.Changed)
        {
            output.WriteLine(left.Version == right.Version
                ? $"  ~ {OneLine.Of(left.Name)} {OneLine.Of(left.Version)}: {HumanSize.Format(left.Size)} -> {HumanSize.Format(right.Size)}"
                : $"  ~ {OneLine.Of(left.Name)} {OneLine.Of(left.Version)} -> {OneLine.Of(right.Version)}");
        }
    }

    static void WriteFilter(TextWriter output, ImageComparison comparison)
    {
        if (comparison.HasFilter is var (left, right) && left != right)
            output.WriteLine($"filter: {Presence(left)} -> {Presence(right)}");
        WriteList(output, "filter", comparison.FilterLines, OneLine.Of);

        static string Presence(bool hasFilter) => hasFilter ? "present" : "none (sparse image)";
    }

    static void WriteTags(TextWriter output, IReadOnlyList<TagChange> tags)
    {
        if (tags.Count == 0)
            return;
        output.WriteLine("tags:");
        foreach (var (key, left, right) in tags)
        {
            output.WriteLine(OneLine.Of((left, right) switch
            {
                (null, _) => $"  + {key}={right}",
                (_, null) => $"  - {key}={left}",
                _ => $"  ~ {key}={left} -> {right}",
            }));
        }
    }

    static void WriteList<T>(TextWriter output, string title, ListChange<T> change, Func<T, string> format)
    {
        if (change.IsEmpty)
            return;
        output.WriteLine($"{title}:");
        foreach (var item in change.Removed)
            output.WriteLine($"  - {format(item)}");
        foreach (var item in change.Added)
            output.WriteLine($"  + {format(item)}");
    }
}
