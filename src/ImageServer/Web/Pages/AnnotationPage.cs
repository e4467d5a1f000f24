using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Images.Json;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>The texts that are kept beside an image: its build log and its release notes.</summary>
static class AnnotationPage
{
    public static Task AnswerBuildLogAsync(ImageRequest request) =>
        AnswerAsync(request, "/listBuildLog", "build log", image => image.BuildLog);

    public static Task AnswerReleaseNotesAsync(ImageRequest request) =>
        AnswerAsync(request, "/listReleaseNotes", "release notes", image => image.ReleaseNotes);

    static async Task AnswerAsync(ImageRequest request, string path, string title, Func<Image, Annotation?> choose)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var (header, image) = await request.GetImageAsync();
        var annotation = choose(image);
        if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(json => json.WriteMembers(() =>
            {
                json.WriteString("name", header.Name);
                json.WriteText("object", annotation?.Object?.ToString());
                json.WriteText("url", annotation?.Url);
            }));
            return;
        }
        if (output == OutputKind.Text)
        {
            using var content = (annotation?.Object is { } hash ? TryOpen(request, hash) : null) ??
                throw ImageFaults.UnknownObject($"The image {header.Name} has no {title} here.");
            request.Response.ContentType = "text/plain; charset=utf-8";
            await content.BaseStream.CopyToAsync(request.Response.Body, request.Gone);
            return;
        }
        await request.WriteHtmlAsync($"image {header.Name}: {title}", "/listImages", async html =>
        {
            ImageFrame.Write(html, header.Name, image, path, title);
            switch (annotation)
            {
                case { Object: { } hash }:
                    await WriteContentAsync(html, request, hash, new PageLink(path, header.Name).With("output", "text"));
                    break;
                case { Url.Length: > 0 }:
                    using (html.Open("p"))
                        html.ForeignLink(annotation.Url);
                    break;
                default:
                    html.Nothing($"The image has no {title}.");
                    break;
            }
        });
    }

    static async Task WriteContentAsync(HtmlWriter html, ImageRequest request, ObjectHash hash, PageLink asText)
    {
        using var content = TryOpen(request, hash);
        if (content is null)
        {
            html.Nothing($"Its object is not in the store: {hash}");
            return;
        }
        using (html.Open("p", ("class", "lead")))
            html.Text($"{PageElements.Bytes((ulong)content.BaseStream.Length)} · ").Element("a", "as text", ("href", asText.ToString()));
        using var _ = html.Open("pre", ("class", "text"), ("tabindex", "0"));
        var buffer = new char[1 << 13];
        while (await content.ReadAsync(buffer, request.Gone) is > 0 and var length)
        {
            html.Text(buffer.AsSpan(0, length));
            await html.FlushAsync(request.Gone);
        }
    }

    static StreamReader? TryOpen(ImageRequest request, ObjectHash hash)
    {
        try
        {
            return new StreamReader(request.Site.Objects.OpenRead(hash));
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }
    }
}
