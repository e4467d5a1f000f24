using System.Globalization;
using System.Net;
using ImageSdk.Images;
using ImageSdk.Images.Text;

namespace ImageSdk.Comparison.Reports;

/// <summary>A comparison as a page that needs nothing beside itself and runs nothing: packages, changelogs, files.</summary>
static class HtmlReport
{
    /// <summary>Rows of a table; browsers become slow with more.</summary>
    const int maximumRows = 10_000;

    const string style = """
        :root { color-scheme: light dark; --added: #1a7f37; --removed: #cf222e; --changed: #9a6700; --line: #8884; --soft: #8881 }
        @media (prefers-color-scheme: dark) { :root { --added: #3fb950; --removed: #ff7b72; --changed: #d9a441 } }
        * { box-sizing: border-box }
        body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 3rem }
        h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere }
        h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
        .lead { margin: .2rem 0 1rem; opacity: .8; overflow-wrap: anywhere }
        .tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 0; padding: 0; list-style: none }
        .tiles li { background: var(--soft); border: 1px solid var(--line); border-radius: .5rem; padding: .4rem .8rem }
        .tiles b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; font-weight: normal }
        thead th { font-size: .85rem; opacity: .75 }
        code, .path { font: .9em/1.5 ui-monospace, monospace }
        .added { color: var(--added) } .removed { color: var(--removed) } .changed, .upgraded, .downgraded { color: var(--changed) }
        .what { width: 7.5rem; overflow-wrap: normal }
        .version { width: 24% }
        details { border-bottom: 1px solid var(--line); padding: .35rem .6rem }
        summary { cursor: pointer; overflow-wrap: anywhere }
        pre { margin: .5rem 0; white-space: pre-wrap; overflow-wrap: anywhere; font: .85em/1.5 ui-monospace, monospace }
        @media (max-width: 40rem) {
          thead { display: none }
          tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0 }
          th, td { display: block; border: 0; padding: .05rem .2rem; width: auto }
          td:empty { display: none }
          td[data-label]::before { content: attr(data-label) " "; opacity: .7 }
        }
        """;

    public static void Write(TextWriter output, ChangeReport report)
    {
        output.Write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        output.Write("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        output.Write($"<title>Changes of {Encode(report.Right)}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n<h1>{Encode(report.Right)}</h1>\n");
        output.Write($"<p class=\"lead\">{(report.IsSame ? "The same as" : "Compared with")} {Encode(report.Left)}</p>\n");
        var rows = PackageRow.Of(report.Packages);
        WriteTiles(output, report, rows);
        if (report.Source is var (left, right) && left != right)
            output.Write($"<h2>Source image</h2>\n<p class=\"lead\">{Encode(left)} → {Encode(right)}</p>\n");
        WritePackages(output, rows);
        WriteChangelogs(output, report.Changelogs);
        if (report.Image is { } image)
        {
            WriteFiles(output, image.Files);
            WriteOther(output, OtherChanges.Of(image));
        }
        output.Write("</body>\n</html>\n");
    }

    static void WriteTiles(TextWriter output, ChangeReport report, IReadOnlyList<PackageRow> rows)
    {
        var tiles = rows.GroupBy(row => row.Change).Select(group => (group.Key, $"packages {group.Key}", Count(group.Count()))).ToList();
        if (report.Image is { Files: var files, Transfer: var transfer })
        {
            tiles.AddRange(((IEnumerable<(string, int Count)>)[("added", files.Added.Count), ("changed", files.Changed.Count), ("removed", files.Removed.Count)])
                .Where(kind => kind.Count > 0).Select(kind => (kind.Item1, $"files {kind.Item1}", Count(kind.Count))));
            if (transfer.Objects > 0)
                tiles.Add(("", "to transfer", HumanSize.Format(transfer.Bytes)));
        }
        if (tiles.Count == 0)
            return;
        output.Write("<ul class=\"tiles\">\n");
        foreach (var (kind, text, number) in tiles)
            output.Write($"<li><b class=\"{kind}\">{Encode(number)}</b>{Encode(text)}</li>\n");
        output.Write("</ul>\n");
    }

    static void WritePackages(TextWriter output, IReadOnlyList<PackageRow> rows)
    {
        if (rows.Count == 0)
            return;
        output.Write("<h2>Packages</h2>\n<table>\n<thead><tr><th scope=\"col\">Package<th scope=\"col\" class=\"what\">What<th scope=\"col\" class=\"version\">Before<th scope=\"col\" class=\"version\">Now</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
            output.Write($"<tr><th scope=\"row\">{Encode(row.Name)}</th><td class=\"what {row.Change}\">{row.Change}</td>{Cell("Before", row.Left)}{Cell("Now", row.Right)}</tr>\n");
        output.Write("</tbody>\n</table>\n");
    }

    static string Cell(string label, string text) => text.Length == 0 ? "<td></td>" : $"<td data-label=\"{label}\">{Encode(text)}</td>";

    static void WriteChangelogs(TextWriter output, IReadOnlyList<ChangelogExcerpt> changelogs)
    {
        if (changelogs.Count == 0)
            return;
        output.Write("<h2>Changelogs</h2>\n");
        foreach (var changelog in changelogs)
        {
            output.Write($"<details><summary>{Encode(string.Join(", ", changelog.Packages))}</summary>\n");
            foreach (var entry in changelog.Entries)
                output.Write($"<p><b>{Encode(entry.Version)}</b></p>\n<pre>{string.Join("\n", entry.Lines.Select(Encode))}</pre>\n");
            output.Write(changelog.IsCut ? "<p>… and more</p>\n</details>\n" : "</details>\n");
        }
    }

    static void WriteFiles(TextWriter output, ImageDiff files)
    {
        if (files.IsEmpty)
            return;
        IReadOnlyList<(ByteString Path, string Kind, string Text)> rows =
        [
            .. files.Added.Select(entry => (entry.Path, "added", InodeText.Describe(entry.Inode)))
                .Concat(files.Removed.Select(entry => (entry.Path, "removed", InodeText.Describe(entry.Inode))))
                .Concat(files.Changed.Select(change => (change.Path, "changed", string.Join(", ", FileChangeText.Describe(change)))))
                .OrderBy(row => row.Path),
        ];
        output.Write("<h2>Files</h2>\n<table>\n<thead><tr><th scope=\"col\">Path<th scope=\"col\" class=\"what\">What<th scope=\"col\">Details</tr></thead>\n<tbody>\n");
        foreach (var (path, kind, text) in rows.Take(maximumRows))
            output.Write($"<tr><th scope=\"row\" class=\"path\">{Encode(VisibleText.Of(path))}</th><td class=\"what {kind}\">{kind}</td><td>{Encode(text)}</td></tr>\n");
        output.Write("</tbody>\n</table>\n");
        if (rows.Count > maximumRows)
            output.Write($"<p>… and {Count(rows.Count - maximumRows)} more</p>\n");
    }

    static void WriteOther(TextWriter output, IReadOnlyList<OtherChange> changes)
    {
        if (changes.Count == 0)
            return;
        output.Write("<h2>Other changes</h2>\n<table>\n<tbody>\n");
        foreach (var change in changes)
            output.Write($"<tr><td class=\"what {change.How}\">{change.How}</td><td>{Encode(change.What)}</td><td class=\"path\">{Encode(change.Text)}</td></tr>\n");
        output.Write("</tbody>\n</table>\n");
    }

    static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    static string Encode(string text) => WebUtility.HtmlEncode(OneLine.Of(text));
}
