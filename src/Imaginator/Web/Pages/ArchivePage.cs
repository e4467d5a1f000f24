using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Archive;
using ImageSdk.Imaginator.Web.Requests;
using ImageSdk.Images;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>Logs of builds that are over.</summary>
static class ArchivePage
{
    const int PerPage = 100;

    public static Task AnswerAllAsync(ImaginatorRequest request) => AnswerAsync(request, "/showAllBuilds", "All builds", _ => true);

    public static Task AnswerGoodAsync(ImaginatorRequest request) => AnswerAsync(request, "/showGoodBuilds", "Builds that succeeded", build => build.Info.Error.Length == 0);

    public static Task AnswerFailedAsync(ImaginatorRequest request) => AnswerAsync(request, "/showErrorBuilds", "Builds that failed", build => build.Info.Error.Length > 0);

    /// <summary>The log of one.</summary>
    public static async Task AnswerLogAsync(ImaginatorRequest request)
    {
        var path = request.Parts.Archive.FindLog(request.Name) ?? throw PageFault.UnknownLog($"There is no log of {request.Name}; /showAllBuilds has all there are.");
        await request.WriteTextAsync(File.ReadLines(path));
    }

    static async Task AnswerAsync(ImaginatorRequest request, string path, string title, Func<ArchivedBuild, bool> isMeant)
    {
        var builds = request.Parts.Archive.List().Where(isMeant).ToList();
        var paging = Paging.Read(request.Query, builds.Count, PerPage);
        await request.WriteHtmlAsync($"imaginator: {title.ToLowerInvariant()}", "/showAllBuilds", html =>
        {
            html.Element("h1", title).Element("p", PageElements.Count((ulong)builds.Count, "build"), ("class", "lead"));
            using (html.Open("p", ("class", "buttons")))
                foreach (var (text, other) in new[] { ("all", "/showAllBuilds"), ("succeeded", "/showGoodBuilds"), ("failed", "/showErrorBuilds") })
                    html.Element("a", text, ("href", other), ("class", "button"), ("aria-current", other == path ? "page" : null));
            if (builds.Count == 0)
            {
                html.Nothing(request.Parts.Archive.IsOn ? "There are none." : "Logs are not archived here (-buildLogDir, -buildLogQuota).");
                return Task.CompletedTask;
            }
            using (html.Open("table", ("class", "cards")))
            {
                html.Columns(("Image", null), ("When", null), ("Took", null), ("For", null), ("Error", null));
                using var _ = html.Open("tbody");
                foreach (var build in paging.Take(builds))
                    using (html.Open("tr"))
                    {
                        using (html.Open("th", ("scope", "row"), ("class", "name")))
                            html.Element("a", build.Image, ("href", new PageLink("/showBuildLog", build.Image).ToString()));
                        using (html.Cell("When"))
                            html.Time(build.At, request.Site.Time.GetUtcNow());
                        html.Cell("Took", HumanDuration.Format(build.Info.Duration), null);
                        html.Cell("For", build.Info.User.Length > 0 ? build.Info.User : "imaginator", null);
                        html.Cell("Error", build.Info.Error, null);
                    }
            }
            paging.Write(html, new PageLink(path));
            return Task.CompletedTask;
        });
    }
}
