using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>The directories of images and who owns them.</summary>
static class DirectoriesPage
{
    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var directories = request.Site.Images.ListDirectories();
        if (output == OutputKind.Text)
        {
            await request.WriteTextAsync(directories.Select(directory => directory.Name));
            return;
        }
        var counts = request.Site.Images.List(_ => true).CountBy(header => ImageName.GetDirectory(header.Name)).ToDictionary();
        if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(async json =>
            {
                json.Writer.WriteStartObject();
                json.Writer.WriteNumber("total", directories.Count);
                await json.WriteListAsync("directories", directories, directory => json.Writer.WriteMembers(() =>
                {
                    json.Writer.WriteString("name", directory.Name);
                    json.Writer.WriteString("ownerGroup", directory.Metadata.OwnerGroup);
                    json.Writer.WriteNumber("images", counts.GetValueOrDefault(directory.Name));
                }));
                json.Writer.WriteEndObject();
            });
            return;
        }
        await request.WriteHtmlAsync("imageserver directories", "/listDirectories", async html =>
        {
            html.Element("h1", "Directories").Element("p", PageElements.Count((ulong)directories.Count, "directory", "directories"), ("class", "lead"));
            using var _ = html.Open("table", ("class", "cards"));
            html.Columns(("Name", null), ("Images", "number"), ("Owner group", null));
            using var __ = html.Open("tbody");
            foreach (var directory in directories)
            {
                using (html.Open("tr"))
                {
                    using (html.Open("th", ("scope", "row"), ("class", "name")))
                        html.Element("a", directory.Name, ("href", new PageLink("/listImages").With("directoryName", directory.Name).ToString()));
                    html.Cell("Images", counts.GetValueOrDefault(directory.Name).ToString("N0", CultureInfo.InvariantCulture), "number");
                    html.Cell("Owner group", directory.Metadata.OwnerGroup, null);
                }
                html.Line();
                await html.FlushAsync(request.Gone);
            }
        });
    }
}
