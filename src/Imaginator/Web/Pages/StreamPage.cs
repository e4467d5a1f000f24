using ImageSdk.Contracts.Diagnostics;
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
    const int ShownStreams = 500;

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
            WriteRebuilt(html, request, stream);
            WriteManifest(html, request, stream);
            using var _ = html.Open("section", ("aria-labelledby", "builds"));
            html.Element("h2", "Builds", ("id", "builds"));
            html.Jobs(jobs, now, request.Before is null ? "It has not been built here yet." : "There are no older ones.", ofOneStream: true);
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
        using var section = html.Open("section", ("aria-labelledby", "configuration"));
        html.Element("h2", "Configuration", ("id", "configuration"));
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
        using var section = html.Open("section", ("aria-labelledby", "relationships"));
        html.Element("h2", "Relationships", ("id", "relationships"));
        using var _ = html.Open("dl", ("class", "facts"));
        var source = data.StreamToSource.GetValueOrDefault(stream.Name, "");
        if (data.UnbuildableSources.Contains(source))
            html.Term("Built on", $"{source}, which no stream is");
        else
            html.Term("Built on", () => Link(html, source), source.Length > 0);
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

    static void WriteRebuilt(HtmlWriter html, ImaginatorRequest request, BuildableStream stream)
    {
        if (request.Parts.Dependencies.Current is not { GeneratedAt: not null } data)
            return;
        using var section = html.Open("section", ("aria-labelledby", "rebuilt"));
        html.Element("h2", "What a change of it rebuilds", ("id", "rebuilt"));
        var rounds = data.FindDependents(stream.Name);
        if (rounds.Count == 0)
        {
            html.Nothing("Nothing is built on it.");
            return;
        }
        var automatic = request.Parts.Main.ImageStreamsToAutoRebuild.ToHashSet(StringComparer.Ordinal);
        html.Element("p", $"{PageElements.Count((ulong)rounds.Sum(round => round.Count), "stream")}, those of a line at once when the line above is there. Automatic builds take those in bold.", ("class", "lead"));
        using var _ = html.Open("ol", ("class", "lines"));
        foreach (var round in rounds)
            using (html.Open("li"))
            {
                foreach (var dependent in round.Take(ShownStreams))
                {
                    using (html.Open(automatic.Contains(dependent) ? "strong" : "span"))
                        Link(html, dependent);
                    html.Text(" ");
                }
                if (round.Count > ShownStreams)
                    html.Text($"and {round.Count - ShownStreams} more");
            }
    }

    static void WriteManifest(HtmlWriter html, ImaginatorRequest request, BuildableStream stream)
    {
        if (request.Parts.Dependencies.Current?.Manifests.GetValueOrDefault(stream.Name) is not { } manifest)
            return;
        using var section = html.Open("section", ("aria-labelledby", "manifest"));
        html.Element("h2", "Manifest", ("id", "manifest"));
        html.Element("pre", new SecretMask(request.Parts.Variables.Current.Values).ApplyToLines(manifest), ("class", "log"), ("tabindex", "0"));
    }

    static void Link(HtmlWriter html, string stream) => html.Element("a", stream, ("href", new PageLink("/showImageStream", stream).ToString()));
}
