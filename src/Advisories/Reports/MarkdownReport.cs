using System.Text;
using ImageSdk.Advisories.Auditing;
using ImageSdk.Images.Text;

namespace ImageSdk.Advisories.Reports;

/// <summary>An audit in Markdown, for issues and comments. What others wrote cannot become markup.</summary>
static class MarkdownReport
{
    /// <summary>Rows of an image; services cut long comments.</summary>
    const int MostRows = 200;

    public static void Write(TextWriter output, AuditReport report)
    {
        output.WriteLine($"**{AuditWords.Summary(report)}**");
        foreach (var image in report.Images.Where(image => image.Packages.Count > 0 || !image.IsCovered))
        {
            output.WriteLine();
            output.WriteLine($"### {Escape(image.Image.Name)}");
            output.WriteLine();
            if (AuditWords.Uncovered(image) is { } reason)
            {
                output.WriteLine($"Not audited: {Escape(reason)}.");
                continue;
            }
            output.WriteLine("| package | version | advisories | mended |");
            output.WriteLine("| --- | --- | --- | --- |");
            var groups = image.Packages.SelectMany(package => AuditWords.Grouped(package).Select(findings => (Package: package, Findings: findings))).ToList();
            foreach (var (package, findings) in groups.Take(MostRows))
                output.WriteLine($"| {Escape(package.Name)} | {Escape(package.Version)} | {string.Join(", ", findings.Select(finding => Escape(AuditWords.Name(finding.Advisory))))} | {Escape(AuditWords.Fix(findings.Key.FixedIn, findings.Key.Remedy))} |");
            if (groups.Count > MostRows)
                output.WriteLine($"| … {groups.Count - MostRows} more | | | |");
        }
        if (report.Rebuilds is not { Count: > 0 } streams)
            return;
        output.WriteLine();
        output.WriteLine("### Streams to rebuild, in this order");
        output.WriteLine();
        for (var number = 0; number < streams.Count; number++)
            output.WriteLine($"{number + 1}. {Escape(streams[number].Stream)}: {Escape(string.Join(", ", streams[number].Mended))}{(streams[number].NeedsLock ? " (update its lock first)" : "")}");
    }

    static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in OneLine.Of(text))
            _ = character switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                // Services look for names of users and issues in the text that is shown.
                '@' or '#' => escaped.Append("&#").Append((int)character).Append(';').Append('\u200b'),
                _ when "\\`*_{}[]()|!".Contains(character, StringComparison.Ordinal) => escaped.Append('\\').Append(character),
                _ => escaped.Append(character),
            };
        return escaped.Replace("://", "\\://").Replace("www.", "www\\.").ToString();
    }
}
