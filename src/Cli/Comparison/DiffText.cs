using ImageSdk.Cli.Output;
using ImageSdk.Cli.Views;
using ImageSdk.Images;

namespace ImageSdk.Cli.Comparison;

/// <summary>A comparison for people: "+" only right, "-" only left, "~" on both sides but not the same.</summary>
static class DiffText
{
    public static void Write(TextWriter output, ImageComparison comparison)
    {
        if (comparison.IsSame)
            return;
        output.WriteLine($"--- {OneLine.Of(comparison.Left)}");
        output.WriteLine($"+++ {OneLine.Of(comparison.Right)}");
        WriteFiles(output, comparison.Files);
        WritePackages(output, comparison.Packages);
        WriteFilter(output, comparison);
        WriteList(output, "triggers", comparison.Triggers, TriggerText.Of);
        WriteTags(output, comparison.Tags);
        WriteList(output, "owner users", comparison.OwnerUsers, OneLine.Of);
        WriteList(output, "owner groups", comparison.OwnerGroups, OneLine.Of);
    }

    static void WriteFiles(TextWriter output, ImageDiff files)
    {
        if (files.IsEmpty)
            return;
        output.WriteLine($"files: {files.Added.Count} added, {files.Removed.Count} removed, {files.Changed.Count} changed");
        foreach (var entry in files.Removed)
            output.WriteLine($"  - {VisibleText.Of(entry.Path)} ({InodeText.Describe(entry.Inode)})");
        foreach (var entry in files.Added)
            output.WriteLine($"  + {VisibleText.Of(entry.Path)} ({InodeText.Describe(entry.Inode)})");
        foreach (var change in files.Changed)
            output.WriteLine($"  ~ {VisibleText.Of(change.Path)}: {string.Join(", ", Describe(change))}");
    }

    static IEnumerable<string> Describe(PathChange change)
    {
        var (left, right) = (change.Left, change.Right);
        foreach (var aspect in DiffAspectNames.In(change.Aspects))
        {
            var name = DiffAspectNames.Of(aspect);
            yield return (aspect, left, right) switch
            {
                (DiffAspects.Type, _, _) => $"{InodeText.Describe(left)} -> {InodeText.Describe(right)}",
                (DiffAspects.Mode, ModedInode mine, ModedInode theirs) =>
                    $"{name} {InodeMode.FormatPermissions(mine.Mode)} -> {InodeMode.FormatPermissions(theirs.Mode)}",
                (DiffAspects.Owner, _, _) => $"{name} {left.Uid}:{left.Gid} -> {right.Uid}:{right.Gid}",
                (DiffAspects.Size, RegularInode mine, RegularInode theirs) => $"{name} {mine.Size} -> {theirs.Size}",
                (DiffAspects.Content, not RegularInode, _) => $"{InodeText.Describe(left)} -> {InodeText.Describe(right)}",
                (DiffAspects.Mtime, _, _) => $"{name} {InodeText.Time(left)} -> {InodeText.Time(right)}",
                _ => name,
            };
        }
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
