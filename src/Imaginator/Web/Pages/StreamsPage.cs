using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Imaginator.Web.Requests;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>All streams that have names, and the patterns of others.</summary>
static class StreamsPage
{
    public static async Task AnswerAsync(ImaginatorRequest request)
    {
        var streams = request.Parts.Streams.List();
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        if (output == OutputKind.Text)
        {
            await request.WriteTextAsync(streams.Select(stream => stream.Name));
            return;
        }
        if (output == OutputKind.Json)
        {
            await request.WriteJsonAsync(async json =>
            {
                json.Writer.WriteStartObject();
                await json.WriteListAsync("streams", streams, stream =>
                {
                    json.Writer.WriteStartObject();
                    json.Writer.WriteString("name", stream.Name);
                    json.Writer.WriteString("manifestUrl", UrlOf(stream));
                    json.Writer.WriteString("manifestDirectory", (stream as ManifestStream)?.Configuration.ManifestDirectory);
                    json.Writer.WriteEndObject();
                });
                json.Writer.WriteEndObject();
            });
            return;
        }
        await request.WriteHtmlAsync("imaginator image streams", "/showImageStreams", async html =>
        {
            html.Element("h1", "Streams").Element("p", PageElements.Count((ulong)streams.Count, "stream"), ("class", "lead"));
            using (html.Open("table", ("class", "cards")))
            {
                html.Columns(("Name", null), ("Manifest URL", null), ("Manifest directory", null));
                using var __ = html.Open("tbody");
                foreach (var stream in streams)
                {
                    using (html.Open("tr"))
                    {
                        using (html.Open("th", ("scope", "row"), ("class", "name")))
                            html.Element("a", stream.Name, ("href", new PageLink("/showImageStream", stream.Name).ToString()));
                        html.Cell("Manifest URL", UrlOf(stream) ?? "bootstrap", null);
                        html.Cell("Manifest directory", (stream as ManifestStream)?.Configuration.ManifestDirectory ?? "", null);
                    }
                    html.Line();
                    await html.FlushAsync(request.Gone);
                }
            }
            if (request.Parts.StreamsFile.Current.Patterns is not { Count: > 0 } patterns)
                return;
            html.Element("h2", "Patterns");
            using var table = html.Open("table", ("class", "cards"));
            html.Columns(("Pattern", null), ("Manifest URL", null), ("Manifest directory", null));
            using var body = html.Open("tbody");
            foreach (var (pattern, stream) in patterns)
                using (html.Open("tr"))
                {
                    html.Element("th", pattern.Expression, ("scope", "row"), ("class", "name"));
                    html.Cell("Manifest URL", GitUrl.WithoutCredentials(stream.ManifestUrl), null);
                    html.Cell("Manifest directory", stream.ManifestDirectory, null);
                }
        });
    }

    static string? UrlOf(BuildableStream stream) => stream is ManifestStream manifest ? GitUrl.WithoutCredentials(manifest.Configuration.ManifestUrl) : null;
}
