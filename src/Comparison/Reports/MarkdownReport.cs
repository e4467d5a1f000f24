using System.Globalization;
using System.Text;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Comparison.Reports;

/// <summary>
/// A comparison in Markdown, for comments and release notes. Names are in code spans, or escaped, so that none can become markup: no link, no
/// HTML, no cell of its own.
/// </summary>
static class MarkdownReport
{
    /// <summary>Files of a list; services cut comments of more than 65,536 characters.</summary>
    const int maximumFiles = 200;

    /// <summary>What begins or ends markup within a line, of Markdown and its common extensions.</summary>
    const string special = "\\`*_{}[]()!|~$^=";

    public static void Write(TextWriter output, ChangeReport report)
    {
        output.WriteLine($"### {Escape(report.Right)}");
        output.WriteLine();
        if (report.IsSame)
        {
            output.WriteLine($"The same as {Escape(report.Left)}.");
            return;
        }
        output.WriteLine($"Compared with {Escape(report.Left)}.");
        output.WriteLine();
        if (report.Source is var (left, right) && left != right)
        {
            output.WriteLine($"Source image: {Escape(left)} → {Escape(right)}");
            output.WriteLine();
        }
        WritePackages(output, PackageRow.Of(report.Packages));
        WriteChangelogs(output, report.Changelogs);
        if (report.Image is { } image)
            WriteImage(output, image);
    }

    static void WritePackages(TextWriter output, IReadOnlyList<PackageRow> rows)
    {
        if (rows.Count == 0)
            return;
        output.WriteLine("| Package | | Before | Now |");
        output.WriteLine("| --- | --- | --- | --- |");
        foreach (var row in rows)
            output.WriteLine($"| {Escape(row.Name)} | {row.Change} | {Escape(row.Left)} | {Escape(row.Right)} |");
        output.WriteLine();
    }

    static void WriteChangelogs(TextWriter output, IReadOnlyList<ChangelogExcerpt> changelogs)
    {
        foreach (var changelog in changelogs)
        {
            output.WriteLine($"<details><summary>Changelog of {Escape(string.Join(", ", changelog.Packages))}</summary>");
            output.WriteLine();
            IReadOnlyList<string> lines = [.. changelog.Entries.SelectMany(entry => entry.Lines.Select(line => $"  {line}").Prepend(entry.Version)).Select(OneLine.Of)];
            var fence = new string('`', Math.Max(3, 1 + lines.Max(LongestRun)));
            output.WriteLine(fence);
            foreach (var line in lines)
                output.WriteLine(line);
            if (changelog.IsCut)
                output.WriteLine("  …");
            output.WriteLine(fence);
            output.WriteLine("</details>");
            output.WriteLine();
        }
    }

    static void WriteImage(TextWriter output, ImageComparison image)
    {
        var files = image.Files;
        if (image.Transfer.Objects > 0)
        {
            output.WriteLine($"To transfer: {FileChangeText.Describe(image.Transfer)}.");
            output.WriteLine();
        }
        WriteList(output, "files added", [.. files.Added.Select(entry => $"{Code(VisibleText.Of(entry.Path))} ({Escape(InodeText.Describe(entry.Inode))})")]);
        WriteList(output, "files changed", [.. files.Changed.Select(change => $"{Code(VisibleText.Of(change.Path))}: {Escape(string.Join(", ", FileChangeText.Describe(change)))}")]);
        WriteList(output, "files removed", [.. files.Removed.Select(entry => Code(VisibleText.Of(entry.Path)))]);
        WriteList(output, "other changes", [.. OtherChanges.Of(image).Select(change => $"{change.What} {change.How}: {Code(OneLine.Of(change.Text))}")]);
    }

    static void WriteList(TextWriter output, string title, IReadOnlyList<string> items)
    {
        if (items.Count == 0)
            return;
        output.WriteLine($"<details><summary>{items.Count.ToString("N0", CultureInfo.InvariantCulture)} {title}</summary>");
        output.WriteLine();
        foreach (var item in items.Take(maximumFiles))
            output.WriteLine($"- {item}");
        if (items.Count > maximumFiles)
            output.WriteLine($"- … and {(items.Count - maximumFiles).ToString("N0", CultureInfo.InvariantCulture)} more");
        output.WriteLine("</details>");
        output.WriteLine();
    }

    /// <summary>A code span, whatever backticks are in it.</summary>
    static string Code(string text)
    {
        var fence = new string('`', 1 + LongestRun(text));
        // One blank on each side is taken off again.
        return text.StartsWith('`') || text.EndsWith('`') || text.StartsWith(' ') || text.EndsWith(' ') ? $"{fence} {text} {fence}" : $"{fence}{text}{fence}";
    }

    static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var character in text)
            longest = Math.Max(longest, run = character == '`' ? run + 1 : 0);
        return longest;
    }

    /// <summary>Text outside of code spans: one line, nothing of it markup, and no name of a user or an issue in it.</summary>
    static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in OneLine.Of(text))
            _ = character switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                // Services look for names in the text that is shown, after escapes are gone.
                '@' or '#' => escaped.Append("&#").Append((int)character).Append(';').Append('\u200b'),
                _ when special.Contains(character) => escaped.Append('\\').Append(character),
                _ => escaped.Append(character),
            };
        // Addresses become links without being marked.
        return escaped.Replace("://", "\\://").Replace("www.", "www\\.").ToString();
    }
}
