using ImageSdk.Hosting.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>Files of an image, a row each.</summary>
/// <param name="directory">Where the files are directly in; null where they are in several, so that each shows its path.</param>
sealed class BrowseTable(WebSite site, string image, FileSystemIndex index, ByteString? directory)
{
    public async Task WriteAsync(HtmlWriter html, IEnumerable<FileSystemEntry> entries, CancellationToken cancellation)
    {
        using var _ = html.Open("table", ("class", "files"));
        html.Columns(("Name", null), ("Size", "number"), ("Mode", "mode"), ("Owner", "number owner"), ("Modified (UTC)", "when"));
        using var __ = html.Open("tbody");
        if (directory is { Length: > 1 } here)
            WriteUp(html, here);
        foreach (var entry in entries)
        {
            WriteRow(html, entry);
            html.Line();
            await html.FlushAsync(cancellation);
        }
    }

    void WriteUp(HtmlWriter html, ByteString here)
    {
        using var _ = html.Open("tr");
        using (html.Open("th", ("scope", "row"), ("class", "name up")))
            html.Element("a", "..", ("href", Link(here.ParentPath)), ("aria-label", "up"));
        html.Element("td", "", ("colspan", "4"));
    }

    void WriteRow(HtmlWriter html, FileSystemEntry entry)
    {
        var inode = entry.Inode;
        using var _ = html.Open("tr");
        using (html.Open("th", ("scope", "row"), ("class", $"name {InodeKind.NameOf(inode)}")))
        {
            WriteName(html, entry);
            if (inode is SymlinkInode or ComputedInode or SpecialInode)
                html.Text(" ").Element("span", InodeWords.Describe(inode), ("class", "quiet"));
            if (inode is not DirectoryInode && index.CountLinks(entry) is > 1 and var links)
                html.Text(" ").Element("span", $"{links} links", ("class", "badge"));
        }
        using (html.Cell("Size", "number"))
        {
            if (inode is RegularInode file)
                html.Size(file.Size);
        }
        html.Cell("Mode", InodeWords.ModeOf(inode), "mode");
        html.Cell("Owner", $"{inode.Uid}:{inode.Gid}", "number owner");
        html.Cell("Modified", FileTime.Of(inode) is { } time ? InodeWords.Format(time) : "", "when");
    }

    void WriteName(HtmlWriter html, FileSystemEntry entry)
    {
        var name = directory is null ? entry.Path : entry.Path.FileName;
        var text = name.IsEmpty ? "/" : name.Visible();
        if (entry.Inode is DirectoryInode)
            html.Element("a", text.TrimEnd('/') + "/", ("href", Link(entry.Path)));
        else if (entry.Inode is RegularInode file && ObjectPage.IsShown(site, file))
            html.Element("a", text, ("href", ObjectPage.PathOf(file.Hash)));
        else
            html.Text(text);
    }

    string Link(ByteString path) => new PageLink("/browse", image).With("path", path).ToString();
}
