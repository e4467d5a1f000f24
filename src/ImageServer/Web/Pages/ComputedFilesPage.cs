using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Images.Json;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>The files of an image that are made for each machine, and by whom.</summary>
static class ComputedFilesPage
{
    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var (header, image) = await request.GetImageAsync();
        var files = (image.FileSystem?.Index.Entries ?? []).Where(entry => entry.Inode is ComputedInode)
            .Select(entry => new ComputedFile(entry.Path, ((ComputedInode)entry.Inode).Source)).ToArray();
        if (output == OutputKind.Text)
        {
            await request.WriteTextAsync(files.Select(file => $"{file.Filename} {file.Source}"));
        }
        else if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(json => json.WriteMembers(() =>
            {
                json.WriteString("name", header.Name);
                json.WriteList("computedFiles", files, file => json.WriteMembers(() =>
                {
                    json.WriteBytes("path", file.Filename);
                    json.WriteString("source", file.Source);
                }));
            }));
        }
        else
        {
            await request.WriteHtmlAsync($"image {header.Name} computed inodes", "/listImages", async html =>
            {
                ImageFrame.Write(html, header.Name, image, "/listComputedInodes", "computed files");
                if (files.Length == 0)
                {
                    html.Nothing("The image has no computed files.");
                    return;
                }
                using var _ = html.Open("table", ("class", "plain"));
                html.Columns(("File", null), ("Source", null));
                using var __ = html.Open("tbody");
                foreach (var file in files)
                {
                    using (html.Open("tr"))
                    {
                        html.Element("th", file.Filename.Visible(), ("scope", "row"), ("class", "name"));
                        using (html.Cell("Source"))
                            WriteSource(html, file.Source);
                    }
                    await html.FlushAsync(request.Gone);
                }
            });
        }
    }

    // A generator has a page of its own, unless it is one on the machine that asks.
    static void WriteSource(HtmlWriter html, string source)
    {
        if (source.StartsWith("localhost:", StringComparison.Ordinal))
            html.Text(source);
        else if (Uri.TryCreate($"http://{source}/", UriKind.Absolute, out var page) && page.UserInfo.Length == 0)
            html.Element("a", source, ("href", page.AbsoluteUri), ("rel", "noopener noreferrer"));
        else
            html.Text(source);
    }
}
