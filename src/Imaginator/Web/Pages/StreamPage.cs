using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Imaginator.Web.Requests;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>A stream: how it is configured, what it is built on, what is built on it, and its builds.</summary>
static class StreamPage
{
    const int ShownBuilds = 50;

    public static async Task AnswerAsync(ImaginatorRequest request)
    {
        var stream = Find(request);
        var now = request.Site.Time.GetUtcNow();
        var jobs = await request.Parts.Jobs.ListAsync(new() { Subject = stream.Name, Before = request.Before, Limit = ShownBuilds }, request.Gone);
        await request.WriteHtmlAsync($"imaginator: {stream.Name}", "/showImageStreams", html =>
        {
            html.Trail(stream.Name, ("Streams", "/showImageStreams"));
            html.Element("h1", stream.Name);
            WriteConfiguration(html, stream);
            WriteDependencies(html, request, stream);
            html.Element("h2", "Builds");
            html.Jobs(jobs, now, request.Before is null ? "It has not been built here yet." : "There are no older ones.");
            html.Older(jobs, ShownBuilds, new PageLink("/showImageStream", stream.Name));
            return Task.CompletedTask;
        });
    }

    static BuildableStream Find(ImaginatorRequest request)
    {
        try
        {
            return request.Parts.Streams.Find(request.Name) ?? throw new PageFault(404, "IMG7327", "Unknown stream", $"There is no stream {request.Name}; /showImageStreams has all there are.");
        }
        catch (AmbiguousStreamException problem)
        {
            throw new PageFault(404, "IMG7327", "Unknown stream", problem.Message);
        }
    }

    static void WriteConfiguration(HtmlWriter html, BuildableStream stream)
    {
        html.Element("h2", "Configuration");
        using var _ = html.Open("dl", ("class", "facts"));
        switch (stream)
        {
            case BootstrapStream { Configuration: var bootstrap }:
                html.Term("Made by", string.Join(' ', bootstrap.Command));
                html.Term("Packager", bootstrap.PackagerType);
                html.Term("Left out", string.Join(' ', bootstrap.FilterLines));
                break;
            case ManifestStream { Configuration: var manifest }:
                html.Term("Manifest URL", GitUrl.WithoutCredentials(manifest.ManifestUrl));
                html.Term("Manifest directory", manifest.ManifestDirectory);
                html.Term("Users who may build", string.Join(", ", manifest.BuilderUsers.Order(StringComparer.Ordinal)));
                html.Term("Groups who may build", string.Join(", ", manifest.BuilderGroups.Order(StringComparer.Ordinal)));
                foreach (var (name, value) in manifest.Variables)
                    html.Term($"${name}", value);
                break;
        }
    }

    static void WriteDependencies(HtmlWriter html, ImaginatorRequest request, BuildableStream stream)
    {
        if (request.Parts.Dependencies.Current is not { } data)
            return;
        html.Element("h2", "Relationships");
        using var _ = html.Open("dl", ("class", "facts"));
        html.Term("Built on", () => Link(html, data.StreamToSource[stream.Name]), data.StreamToSource.ContainsKey(stream.Name));
        var dependents = data.StreamToSource.Where(each => each.Value == stream.Name).Select(each => each.Key).ToList();
        html.Term("Built on it", () =>
        {
            foreach (var dependent in dependents)
            {
                Link(html, dependent);
                html.Text(" ");
            }
        }, dependents.Count > 0);
        html.Term("Graph", () => html.Element("a", "all that has to do with it", ("href", new PageLink("/showDirectedGraph").With("include", stream.Name).ToString())));
    }

    static void Link(HtmlWriter html, string stream) => html.Element("a", stream, ("href", new PageLink("/showImageStream", stream).ToString()));
}
