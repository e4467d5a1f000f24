using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Dependencies;
using ImageSdk.Imaginator.Parts;
using ImageSdk.Imaginator.Web.Requests;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>What is built on what.</summary>
static class GraphPage
{
    public static async Task AnswerAsync(ImaginatorRequest request)
    {
        var (parts, data) = (request.Parts, request.Parts.Dependencies.Current);
        var dot = Write(request, linkOf: null);
        if (request.Choose(OutputKind.Html, OutputKind.Text) == OutputKind.Text)
        {
            await request.WriteTextAsync([dot.TrimEnd('\n')]);
            return;
        }
        await request.WriteHtmlAsync("imaginator image stream relationships", "/showDirectedGraph", html =>
        {
            html.Element("h1", "Relationships");
            using (html.Open("p", ("class", "buttons")))
                foreach (var (name, url) in parts.Main.RelationshipsQuickLinks)
                    html.Element("a", name, ("href", $"/showDirectedGraph{(url.StartsWith('?') ? url : "")}"), ("class", "button"));
            using (html.Open("dl", ("class", "facts")))
            {
                html.Term("Found out", () => html.Time(data!.GeneratedAt!.Value, request.Site.Time.GetUtcNow()), data?.GeneratedAt is not null);
                html.Term("Last attempt failed", data?.LastAttemptError ?? "");
            }
            if (GraphPicture.IsAvailable)
            {
                var picture = new PageLink("/directedGraph.svg").With("include", request.Query["include"]).With("exclude", request.Query["exclude"]).ToString();
                using var _ = html.Open("a", ("href", picture));
                html.Void("img", ("src", picture), ("alt", "What is built on what; the text below says the same"), ("class", "graph"));
            }
            WriteText(html, "As text", dot);
            if (data is not null)
                WriteText(html, "How", data.FetchLog);
            return Task.CompletedTask;
        });
    }

    static void WriteText(HtmlWriter html, string title, string text)
    {
        using var _ = html.Open("section");
        html.Element("h2", title).Element("pre", text, ("class", "log"), ("tabindex", "0"));
    }

    /// <summary>Draws the whole graph as soon as it is known, so that those who look at it need not wait.</summary>
    public static async Task DrawAheadAsync(ImaginatorParts parts, CancellationToken stop)
    {
        if (!GraphPicture.IsAvailable)
            return;
        // Not disposed of: dependencies may be found after this has ended.
        var generated = new SemaphoreSlim(0);
        parts.Dependencies.Generated += () => generated.Release();
        while (true)
        {
            await generated.WaitAsync(stop);
            if (parts.Dependencies.Current is { GeneratedAt: not null } data)
                await parts.Picture.DrawAsync(Write(parts, data, [], [], LinkOf), stop);
        }
    }

    /// <summary>The graph as a picture, in which streams are links.</summary>
    public static async Task AnswerPictureAsync(ImaginatorRequest request)
    {
        var dot = Write(request, LinkOf);
        var picture = await request.Parts.Picture.DrawAsync(dot, request.Gone)
            ?? throw new PageFault(404, "IMG7328", "No picture", "Graphviz, which draws it, is not installed, or the graph is too large for it; /showDirectedGraph has it as text.");
        await request.WriteTextAsync([picture], "image/svg+xml");
    }

    static string LinkOf(string stream) => new PageLink("/showImageStream", stream).ToString();

    static string Write(ImaginatorRequest request, Func<string, string>? linkOf) => request.Parts.Dependencies.Current is { GeneratedAt: not null } data
        ? Write(request.Parts, data, ListOf(request.Query["exclude"]), ListOf(request.Query["include"]), linkOf)
        : "digraph all {\n}\n";

    static string Write(ImaginatorParts parts, DependencyData data, string[] excludes, string[] includes, Func<string, string>? linkOf) =>
        DirectedGraph.Write(data, [.. parts.Main.BootstrapStreams.Keys], parts.Main.ImageStreamsToAutoRebuild, excludes, includes, linkOf);

    static string[] ListOf(string? text) => text?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
