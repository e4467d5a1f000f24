using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>An image's files, directory by directory; or those below one whose paths have what is looked for.</summary>
static class BrowsePage
{
    const int PerPage = 500;

    static readonly ByteString root = "/";

    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Json);
        var (header, image) = await request.GetImageAsync();
        var tree = image.FileSystem ?? throw ImageFaults.DamagedImage($"{header.Name} has no tree");
        var path = Clean(request.Query.Bytes("path") ?? root);
        if (!tree.Index.TryFind(path, out var here))
            throw ImageFaults.UnknownPath(path.ToString(), header.Name);
        var wanted = request.Query["q"] ?? "";
        var entries = wanted.Length > 0 ? Search(tree.Index, path, wanted) : List(tree, here);
        var paging = Paging.Read(request.Query, entries.Count, PerPage);
        if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(async json =>
            {
                json.Writer.WriteStartObject();
                json.Writer.WriteString("name", header.Name);
                json.Writer.WriteBytes("path", path);
                paging.Write(json.Writer);
                await json.WriteListAsync("entries", paging.Take(entries), entry => json.Writer.WriteEntry(entry, tree.Index.CountLinks(entry)));
                json.Writer.WriteEndObject();
            });
            return;
        }
        await request.WriteHtmlAsync($"image {header.Name}: {path}", "/listImages", async html =>
        {
            ImageFrame.Write(html, header.Name, image, "/browse", "files");
            WriteHeading(html, header.Name, here, wanted, entries.Count);
            var shown = new BrowseTable(request.Site, header.Name, tree.Index, wanted.Length > 0 ? (ByteString?)null : path);
            await shown.WriteAsync(html, paging.Take(entries), request.Gone);
            paging.Write(html, new PageLink("/browse", header.Name).With("path", path).With("q", wanted));
        });
    }

    static void WriteHeading(HtmlWriter html, string name, FileSystemEntry here, string wanted, int count)
    {
        using (html.Open("div", ("class", "path-bar")))
        {
            WriteSteps(html, name, here.Path);
            using var form = html.Open("form", ("class", "search"), ("role", "search"), ("action", "/browse"));
            html.Void("input", ("type", "hidden"), ("name", "name"), ("value", name))
                .Void("input", ("type", "hidden"), ("name", "path"), ("value", here.Path.ToString()))
                .Element("label", "Find files below this directory", ("for", "q"), ("class", "unseen"))
                .Void("input", ("id", "q"), ("type", "search"), ("name", "q"), ("value", wanted), ("placeholder", "Find files below"), ("autocomplete", "off"))
                .Element("button", "Find");
        }
        if (wanted.Length > 0)
        {
            html.Element("p", $"{PageElements.Count((ulong)count, "path")} with “{wanted}”", ("class", "lead"));
            return;
        }
        if (here.Inode is DirectoryInode)
        {
            var text = count == 0 ? "An empty directory" : PageElements.Count((ulong)count, "entry", "entries");
            html.Element("p", $"{text} · {InodeWords.ModeOf(here.Inode)} · {here.Inode.Uid}:{here.Inode.Gid}", ("class", "lead"));
        }
    }

    // The path, each of its directories a link.
    static void WriteSteps(HtmlWriter html, string name, ByteString path)
    {
        using var _ = html.Open("p", ("class", "steps name"));
        html.Element("a", "/", ("href", Link(root)), ("aria-label", "root directory"));
        for (var end = 1; end < path.Length;)
        {
            var next = path.Span[end..].IndexOf((byte)'/') is >= 0 and var slash ? end + slash : path.Length;
            var step = new ByteString(path.Span[end..next]).Visible();
            if (next == path.Length)
                html.Element("strong", step);
            else
                html.Element("a", step, ("href", Link(new(path.Span[..next])))).Element("span", "/");
            end = next + 1;
        }

        string Link(ByteString to) => new PageLink("/browse", name).With("path", to).ToString();
    }

    // A path as an index has it, however it was typed.
    static ByteString Clean(ByteString path)
    {
        var bytes = path.Span.TrimEnd((byte)'/').TrimStart((byte)'/');
        return bytes.IsEmpty ? root : new([(byte)'/', .. bytes]);
    }

    static IReadOnlyList<FileSystemEntry> List(FileSystem tree, FileSystemEntry here) => here.Inode is DirectoryInode directory
        ? [.. directory.Entries.Select(entry => tree.Index.TryFind(Join(here.Path, entry.Name), out var found) ? found : throw Missing(entry.Name))
            .OrderBy(entry => entry.Inode is not DirectoryInode)]
        : [here];

    static IReadOnlyList<FileSystemEntry> Search(FileSystemIndex index, ByteString path, string wanted) =>
        [.. index.Entries.Where(entry => path == root || entry.Path.Span.StartsWith(path.Span))
            .Where(entry => entry.Path.Length > path.Length && entry.Path.ToString().Contains(wanted, StringComparison.OrdinalIgnoreCase))];

    static ByteString Join(ByteString directory, ByteString name) =>
        directory == root ? new([(byte)'/', .. name.Span]) : new([.. directory.Span, (byte)'/', .. name.Span]);

    static ImageFormatException Missing(ByteString name) => new(name, "not in the table of inodes");
}
