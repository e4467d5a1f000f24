using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Comparison;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>What differs between two images: files page by page, and the rest.</summary>
static class DiffPage
{
    const int PerPage = 200;

    // Comparisons read two trees each; those that are too many wait.
    static readonly SemaphoreSlim turns = new(2);

    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Json);
        var (left, right) = (request.Query["left"] ?? "", request.Query["right"] ?? "");
        if (output == OutputKind.Html && (left.Length == 0 || right.Length == 0))
        {
            await request.WriteHtmlAsync("compare images", "/diff", html =>
            {
                WriteForm(html, left, right);
                return Task.CompletedTask;
            });
            return;
        }
        var comparison = await CompareAsync(request, left, right);
        if (output == OutputKind.Json)
            await DiffJson.WriteAsync(request, comparison, Paging.Read(request.Query, comparison.Files.Count, PerPage));
        else
            await WriteAsync(request, comparison);
    }

    static async Task<ImageComparison> CompareAsync(ImageRequest request, string left, string right)
    {
        await turns.WaitAsync(request.Gone);
        try
        {
            return ImageComparison.Compare(left, await GetAsync(left), right, await GetAsync(right));
        }
        finally
        {
            turns.Release();
        }

        ValueTask<Image> GetAsync(string name) => request.Site.GetImageAsync(name, request.Gone);
    }

    static void WriteForm(HtmlWriter html, string left, string right)
    {
        html.Element("h1", "Compare images");
        using var _ = html.Open("form", ("class", "compare"), ("action", "/diff"));
        Field("left", "Old image", left);
        Field("right", "New image", right);
        html.Element("button", "Compare");

        void Field(string name, string label, string value)
        {
            using var _ = html.Open("p");
            html.Element("label", label, ("for", name)).Void(
                "input", ("id", name), ("name", name), ("value", value), ("required", ""), ("placeholder", "base/img.0"), ("autocomplete", "off"), ("spellcheck", "false"));
        }
    }

    static Task WriteAsync(ImageRequest request, ImageComparison comparison)
    {
        var parts = new (string Key, string Text, int Count)[]
        {
            ("files", "Files", comparison.Files.Count),
            ("packages", "Packages", comparison.Packages.Count),
            ("filter", "Filter", comparison.Filter.Count),
            ("triggers", "Triggers", comparison.Triggers.Count),
            ("tags", "Tags", comparison.Tags.Count),
        };
        var wanted = request.Query["part"] ?? "files";
        if (parts.All(part => part.Key != wanted))
            throw PageFault.BadParameter($"part={wanted}: expected one of {string.Join(", ", parts.Select(part => part.Key))}.");
        var paging = Paging.Read(request.Query, comparison.Files.Count, PerPage);
        var link = new PageLink("/diff").With("left", comparison.Left).With("right", comparison.Right);
        return request.WriteHtmlAsync($"compare {comparison.Left} with {comparison.Right}", "/diff", async html =>
        {
            WriteForm(html, comparison.Left, comparison.Right);
            using (html.Open("nav", ("class", "tabs"), ("aria-label", "Differences")))
            {
                foreach (var (key, text, count) in parts)
                    html.Element("a", $"{text} ({count:N0})", ("href", link.With("part", key).ToString()), ("aria-current", key == wanted ? "page" : null));
            }
            if (parts.Single(part => part.Key == wanted).Count == 0)
                html.Nothing("No differences.");
            else
                await WritePartAsync(html, request, comparison, wanted, paging);
            if (wanted == "files")
                paging.Write(html, link);
        });
    }

    static async Task WritePartAsync(HtmlWriter html, ImageRequest request, ImageComparison comparison, string part, Paging paging)
    {
        switch (part)
        {
            case "files":
                await DiffTables.WriteFilesAsync(html, comparison.Files, paging, request.Gone);
                break;
            case "packages":
                await DiffTables.WritePackagesAsync(html, comparison.Packages, request.Gone);
                break;
            case "filter":
                await DiffTables.WriteLinesAsync(html, comparison.Filter, request.Gone);
                break;
            case "triggers":
                DiffTables.WriteTriggers(html, comparison.Triggers);
                break;
            case "tags":
                await DiffTables.WriteLinesAsync(html, comparison.Tags, request.Gone);
                break;
        }
    }
}
