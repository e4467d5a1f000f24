using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Comparison;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>Differences between two images, in tables.</summary>
static class DiffTables
{
    public static async Task WriteFilesAsync(HtmlWriter html, IReadOnlyList<FileChange> files, Paging paging, CancellationToken cancellation)
    {
        using (html.Open("p", ("class", "lead")))
        {
            foreach (var kind in (string[])["added", "removed", "changed"])
                html.Element("span", $"{files.Count(file => file.Kind == kind):N0} {kind}", ("class", $"badge {kind}")).Text(" ");
        }
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Path", null), ("", null), ("Old", null), ("New", null));
        using var __ = html.Open("tbody");
        foreach (var change in paging.Take(files))
        {
            using (html.Open("tr", ("class", change.Kind)))
            {
                html.Element("th", change.Path.Visible(), ("scope", "row"), ("class", "name"));
                using (html.Cell("What"))
                {
                    if (change.Kind == "changed")
                        html.Text(string.Join(", ", change.AspectNames));
                    else
                        html.Element("span", change.Kind, ("class", $"badge {change.Kind}"));
                }
                html.Cell("Old", Describe(change, change.Left), "side");
                html.Cell("New", Describe(change, change.Right), "side");
            }
            html.Line();
            await html.FlushAsync(cancellation);
        }
    }

    public static async Task WritePackagesAsync(HtmlWriter html, IReadOnlyList<PackageChange> packages, CancellationToken cancellation)
    {
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Package", null), ("Old version", null), ("New version", null));
        using var __ = html.Open("tbody");
        foreach (var change in packages)
        {
            using (html.Open("tr"))
            {
                html.Element("th", change.Name, ("scope", "row"), ("class", "name"));
                html.Cell("Old version", change.Left is { } old ? $"{old.Version} ({PageElements.Bytes(old.Size)})" : "–", "version");
                html.Cell("New version", change.Right is { } young ? $"{young.Version} ({PageElements.Bytes(young.Size)})" : "–", "version");
            }
            html.Line();
            await html.FlushAsync(cancellation);
        }
    }

    public static async Task WriteLinesAsync(HtmlWriter html, ListChange<string> change, CancellationToken cancellation)
    {
        using var _ = html.Open("ul", ("class", "lines"));
        foreach (var (line, kind) in change.Removed.Select(line => (line, "removed")).Concat(change.Added.Select(line => (line, "added"))))
        {
            using (html.Open("li"))
                html.Element("span", kind, ("class", $"badge {kind}")).Text(" ").Element("code", line);
            await html.FlushAsync(cancellation);
        }
    }

    public static void WriteTriggers(HtmlWriter html, ListChange<Trigger> change)
    {
        foreach (var (triggers, kind) in (ReadOnlySpan<(IReadOnlyList<Trigger>, string)>)[(change.Removed, "removed"), (change.Added, "added")])
        {
            foreach (var trigger in triggers)
            {
                using var _ = html.Open("div", ("class", "change"));
                html.Element("span", kind, ("class", $"badge {kind}"));
                TriggersPage.Write(html, trigger);
            }
        }
    }

    // Of what changed, both sides; of what came or went, what it is.
    static string Describe(FileChange change, Inode? inode)
    {
        if (inode is null)
            return "";
        var words = new List<string>();
        if (change.Kind != "changed" || (change.Aspects & (DiffAspects.Type | DiffAspects.Size | DiffAspects.Content)) != 0)
            words.Add(InodeWords.Describe(inode));
        if (change.Aspects.HasFlag(DiffAspects.Mode) || change.Aspects.HasFlag(DiffAspects.Type))
            words.Add(InodeWords.ModeOf(inode));
        if (change.Aspects.HasFlag(DiffAspects.Owner))
            words.Add($"{inode.Uid}:{inode.Gid}");
        if (change.Aspects.HasFlag(DiffAspects.Mtime) && FileTime.Of(inode) is { } time)
            words.Add(InodeWords.Format(time));
        return string.Join(", ", words);
    }
}
