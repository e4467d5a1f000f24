using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Builds;
using ImageSdk.ImageBuilder.Web.Requests;

namespace ImageSdk.ImageBuilder.Web.Pages;

/// <summary>What is being built.</summary>
static class StatusPage
{
    const int Shown = 100;

    public static async Task AnswerAsync(ImageBuilderRequest request)
    {
        request.Choose(OutputKind.Html);
        var (views, now) = (await RequestView.ListCurrentAsync(request.Parts.Queue, Shown, request.Gone), request.Site.Time.GetUtcNow());
        await request.WriteHtmlAsync("image builder", "/", async html =>
        {
            html.Element("h1", "Status").Element("p", await request.Site.HostName, ("class", "lead"));
            using (html.Open("ul", ("class", "figures")))
            {
                Figure(html, "Requests being built", views.Count(view => view.State != "queued"));
                Figure(html, "Requests waiting", views.Count(view => view.State == "queued"));
                Figure(html, "Builds at once, at most", request.Parts.Builds.Concurrency);
            }
            using (html.Open("section", ("aria-labelledby", "current")))
            {
                html.Element("h2", "Going on", ("id", "current"));
                html.Requests(views, now, "Nothing is being built.");
            }
            using (html.Open("section", ("aria-labelledby", "more")))
            {
                html.Element("h2", "More", ("id", "more"));
                using var _ = html.Open("dl", ("class", "facts"));
                html.Term("All requests", () => html.Element("a", "those that are over, too", ("href", "/builds")));
                html.Term("REST interface", () => html.Element("a", "its OpenAPI document", ("href", "/openapi/v1.json")));
            }
        });
    }

    static void Figure(HtmlWriter html, string name, long number)
    {
        using var _ = html.Open("li");
        using var __ = html.Open("div");
        html.Element("span", number.ToString("N0", CultureInfo.InvariantCulture), ("class", "amount")).Text(" ").Element("span", name);
    }
}
