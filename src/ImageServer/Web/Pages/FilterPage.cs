using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images.Json;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>The lines of an image's filter.</summary>
static class FilterPage
{
    public static async Task AnswerAsync(ImageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var (header, image) = await request.GetImageAsync();
        var lines = image.Filter?.Lines;
        if (output == OutputKind.Text)
        {
            await request.WriteTextAsync(lines ?? []);
        }
        else if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(json => json.WriteMembers(() =>
            {
                json.WriteString("name", header.Name);
                json.WriteBoolean("sparse", lines is null);
                json.WriteList("lines", lines ?? []);
            }));
        }
        else
        {
            await request.WriteHtmlAsync($"filter {header.Name}", "/listImages", async html =>
            {
                ImageFrame.Write(html, header.Name, image, "/listFilter", "filter");
                if (lines is null or [])
                {
                    html.Nothing(lines is null ? "Sparse filter: the image leaves alone what it does not have." : "The filter has no lines.");
                    return;
                }
                html.Element("p", "What these match on a machine is left alone.", ("class", "lead"));
                using var _ = html.Open("ol", ("class", "lines"));
                foreach (var line in lines)
                {
                    using (html.Open("li"))
                        html.Element("code", line);
                    await html.FlushAsync(request.Gone);
                }
            });
        }
    }
}
