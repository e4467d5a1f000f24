using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>Every path of an image as ls would list it.</summary>
static class ListingPage
{
    const int PerJson = 1000;

    static readonly Listing whole = new();
    static readonly Listing withoutHash = new() { Fields = ListingFields.All & ~ListingFields.Data };

    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var (header, image) = await request.GetImageAsync();
        var index = (image.FileSystem ?? throw ImageFaults.DamagedImage($"{header.Name} has no tree")).Index;
        if (output == OutputKind.Text)
        {
            await request.WriteLinesAsync(index.Entries.Select(
                entry => (ReadOnlyMemory<byte>)whole.FormatLine(entry, index.CountLinks(entry)).Span.ToArray()));
        }
        else if (output == OutputKind.Json)
        {
            var paging = Paging.Read(request.Query, index.Entries.Count, PerJson);
            await request.WriteJsonAsync(async json =>
            {
                json.Writer.WriteStartObject();
                json.Writer.WriteString("name", header.Name);
                paging.Write(json.Writer);
                await json.WriteListAsync("entries", paging.Take(index.Entries), entry => json.Writer.WriteEntry(entry, index.CountLinks(entry)));
                json.Writer.WriteEndObject();
            });
        }
        else
        {
            await request.WriteHtmlAsync($"image {header.Name}: listing", "/listImages", html => WriteAsync(html, request, header.Name, image, index));
        }
    }

    static async Task WriteAsync(HtmlWriter html, ImageRequest request, string name, Image image, FileSystemIndex index)
    {
        ImageFrame.Write(html, name, image, "/listImage", "listing");
        using (html.Open("p", ("class", "lead")))
        {
            html.Text($"{PageElements.Count((ulong)index.Entries.Count, "path")} · ")
                .Element("a", "as text", ("href", new PageLink("/listImage", name).With("output", "text").ToString()));
        }
        using var _ = html.Open("pre", ("class", "listing"), ("tabindex", "0"));
        html.Line();
        foreach (var entry in index.Entries)
        {
            WriteLine(html, request.Site, entry, index.CountLinks(entry));
            await html.FlushAsync(request.Gone);
        }
    }

    static void WriteLine(HtmlWriter html, WebSite site, FileSystemEntry entry, int links)
    {
        if (entry.Inode is RegularInode { Size: > 0 } file && ObjectPage.IsShown(site, file))
        {
            html.Text(withoutHash.FormatLine(entry, links).ToString().AsSpan().TrimEnd('\n')).Text(" ");
            html.Element("a", file.Hash.ToString(), ("href", ObjectPage.PathOf(file.Hash))).Text("\n");
        }
        else
        {
            html.Text(whole.FormatLine(entry, links).ToString());
        }
    }
}
