using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images.Json;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>The packages that are installed in an image. The JSON is the original's.</summary>
static class PackagesPage
{
    const int Indent = 4;

    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        if (request.Query.RawNames.Count > 1 && request.Query.Names.All(name => request.Site.Images.Find(name) is null))
            throw PageFault.BadParameter("Several images are named; this page is about one. An & in a name is written %26.");
        var (header, image) = await request.GetImageAsync();
        if (output == OutputKind.Text)
        {
            await request.WriteTextAsync(image.Packages.Select(package => $"{package.Name} {package.Version} {package.Size}"));
        }
        else if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(json => json.WriteListAsync(null, image.Packages, package => json.Writer.WriteMembers(() =>
            {
                json.Writer.WriteString("Name", package.Name);
                json.Writer.WriteNumber("Size", package.Size);
                json.Writer.WriteString("Version", package.Version);
            })), indent: Indent);
        }
        else
        {
            await request.WriteHtmlAsync($"image {header.Name} packages", "/listImages", async html =>
            {
                ImageFrame.Write(html, header.Name, image, "/listPackages", "packages");
                if (image.Packages.Count == 0)
                {
                    html.Nothing("The image says of no packages.");
                    return;
                }
                using (html.Open("p", ("class", "lead")))
                {
                    html.Text($"{PageElements.Count((ulong)image.Packages.Count, "package")} · ")
                        .Element("a", "text", ("href", new PageLink("/listPackages", header.Name).With("output", "text").ToString())).Text(" · ")
                        .Element("a", "JSON", ("href", new PageLink("/listPackages", header.Name).With("output", "json").ToString()));
                }
                using var _ = html.Open("table", ("class", "plain"));
                html.Columns(("Name", null), ("Version", null), ("Size", "number"));
                using var __ = html.Open("tbody");
                foreach (var package in image.Packages)
                {
                    using (html.Open("tr"))
                    {
                        html.Element("th", package.Name, ("scope", "row"), ("class", "name"));
                        html.Cell("Version", package.Version, "version");
                        using (html.Cell("Size", "number"))
                            html.Size(package.Size);
                    }
                    html.Line();
                    await html.FlushAsync(request.Gone);
                }
            });
        }
    }
}
