using System.Globalization;
using System.Text.Json;
using ImageSdk.Dominator;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>The images: all, those below a directory, or those whose names have what is looked for.</summary>
static class ImagesPage
{
    const int PerPage = 50;
    const int PerJson = 1000;
    const string Newest = "-created";

    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var directory = request.Query["directoryName"] ?? "";
        var words = (request.Query["q"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var selection = new ImageSelection(new ListSelectedImagesRequest { DirectoryName = directory });
        var order = ImageOrder.Parse(request.Query["sort"] ?? "");
        var images = request.Site.Images.List(header => selection.Includes(header) &&
            Array.TrueForAll(words, word => header.Name.Contains(word, StringComparison.OrdinalIgnoreCase)));
        var sorted = order.Sort(images);
        if (output == OutputKind.Text)
        {
            await request.WriteTextAsync(sorted.Select(header => header.Name));
            return;
        }
        var paging = Paging.Read(request.Query, images.Count, output == OutputKind.Json ? PerJson : PerPage);
        var shown = paging.Take(sorted);
        if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(async json =>
            {
                json.Writer.WriteStartObject();
                paging.Write(json.Writer);
                await json.WriteListAsync("images", shown, header => json.Writer.WriteImage(header));
                json.Writer.WriteEndObject();
            });
            return;
        }
        var link = new PageLink("/listImages").With("directoryName", directory).With("q", string.Join(' ', words)).With("sort", order.Text);
        await request.WriteHtmlAsync("imageserver images", "/listImages", async html =>
        {
            WriteHeading(html, directory, words, order, images.Count, link);
            if (images.Count == 0)
                html.Nothing(words.Length > 0 ? "No image's name has all that." : "There are no images here.");
            else
                await WriteTableAsync(html, request, shown, order, link);
            paging.Write(html, link);
        });
    }

    static void WriteHeading(HtmlWriter html, string directory, string[] words, ImageOrder order, int count, PageLink link)
    {
        if (directory is not ("" or ImageName.RootDirectory))
            html.Trail(directory, ("Images", "/listImages"), ("Directories", "/listDirectories"));
        html.Element("h1", "Images");
        using (html.Open("form", ("class", "search"), ("role", "search"), ("action", "/listImages")))
        {
            html.Element("label", "Search images", ("for", "q"), ("class", "unseen"));
            html.Void("input", ("id", "q"), ("type", "search"), ("name", "q"), ("value", string.Join(' ', words)), ("placeholder", "Part of a name"), ("autocomplete", "off"));
            Keep("directoryName", directory);
            Keep("sort", order.Text);
            html.Element("button", "Search");
        }
        using var _ = html.Open("p", ("class", "lead"));
        html.Text(PageElements.Count((ulong)count, "image"));
        if (directory is not ("" or ImageName.RootDirectory))
            html.Text(" below ").Element("strong", directory, ("class", "name"));
        if (words.Length > 0)
            html.Text(" with ").Element("strong", string.Join(' ', words)).Text(" · ").Element("a", "all", ("href", new PageLink("/listImages").With("directoryName", directory).ToString()));
        // Narrow screens have no column heads to sort by.
        if (count > 1)
            html.Text(" · ").Element("a", order.Text == Newest ? "by name" : "newest first", ("href", link.With("sort", order.Text == Newest ? "" : Newest).ToString()));

        void Keep(string parameter, string value)
        {
            if (value.Length > 0)
                html.Void("input", ("type", "hidden"), ("name", parameter), ("value", value));
        }
    }

    static async Task WriteTableAsync(HtmlWriter html, ImageRequest request, IEnumerable<ImageHeader> images, ImageOrder order, PageLink link)
    {
        var now = request.Site.Time.GetUtcNow();
        using var _ = html.Open("table", ("class", "cards"));
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            foreach (var column in ImageOrder.Columns)
                order.WriteColumn(html, column, link);
            foreach (var column in (string[])["Filter", "Triggers", "Build"])
                html.Element("th", column, ("scope", "col"), ("class", column == "Build" ? null : "number"));
        }
        html.Line();
        using var __ = html.Open("tbody");
        foreach (var header in images)
        {
            WriteRow(html, request, header, now);
            html.Line();
            await html.FlushAsync(request.Gone);
        }
    }

    static void WriteRow(HtmlWriter html, ImageRequest request, ImageHeader header, DateTimeOffset now)
    {
        using var _ = html.Open("tr");
        using (html.Open("th", ("scope", "row"), ("class", "name")))
        {
            html.Element("a", header.Name, ("href", PageLink.ToImage(header.Name)));
            ImageBadges.Write(html, header, request.Site.Images.FindFault(header.Name), now);
        }
        html.Cell("Created", header.CreatedOn is { } created ? PageElements.Distance(created, now) : "–", "when");
        using (html.Cell("Size", "number"))
            html.Size(header.FileBytes);
        using (html.Cell("On disk", "number"))
            html.Size(header.EstimatedUsage);
        html.Cell("Files", Number(header.FileCount), "number");
        html.Cell("Computed", Number((ulong)header.ComputedFileCount), "number minor");
        html.Cell("Filter", header.FilterLineCount is { } lines ? Number((ulong)lines) : "sparse", "number minor");
        html.Cell("Triggers", Number((ulong)(header.TriggerCount ?? 0)), "number minor");
        html.Cell("Build", $"{header.BuildBranch} {header.BuildCommitId[..Math.Min(8, header.BuildCommitId.Length)]}".Trim(), "build");
    }

    static string Number(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
