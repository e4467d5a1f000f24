using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Dependencies;
using ImageSdk.Imaginator.Web.Requests;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>What is built on what.</summary>
static class GraphPage
{
    public static async Task AnswerAsync(ImaginatorRequest request)
    {
        var parts = request.Parts;
        var data = parts.Dependencies.Current;
        var dot = data?.GeneratedAt is null ? "digraph all {\n}\n" : DirectedGraph.Write(
            data, [.. parts.Main.BootstrapStreams.Keys], parts.Main.ImageStreamsToAutoRebuild, ListOf(request.Query["exclude"]), ListOf(request.Query["include"]));
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
            html.Element("pre", dot, ("class", "log"), ("tabindex", "0"));
            if (data is not null)
                html.Element("h2", "How").Element("pre", data.FetchLog, ("class", "log"), ("tabindex", "0"));
            return Task.CompletedTask;
        });
    }

    static string[] ListOf(string? text) => text?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];
}
