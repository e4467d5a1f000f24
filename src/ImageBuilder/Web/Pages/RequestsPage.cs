using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Builds;
using ImageSdk.ImageBuilder.Web.Requests;

namespace ImageSdk.ImageBuilder.Web.Pages;

/// <summary>All requests that are known, the newest first.</summary>
static class RequestsPage
{
    const int PerPage = 100;

    public static async Task AnswerAsync(ImageBuilderRequest request)
    {
        request.Choose(OutputKind.Html);
        var views = new List<RequestView>();
        foreach (var job in await request.Parts.Queue.ListAsync(new() { Kind = ImageBuilds.RequestKind, Before = request.Before, Limit = PerPage }, request.Gone))
            views.Add(await RequestView.OfAsync(request.Parts.Queue, job, request.Gone));
        await request.WriteHtmlAsync("image builder: requests", "/builds", html =>
        {
            html.Element("h1", "Requests");
            html.Requests(views, request.Site.Time.GetUtcNow(), request.Before is null ? "Nothing has been asked for yet." : "There are no older ones.");
            if (views.Count == PerPage)
                using (html.Open("nav", ("class", "pages"), ("aria-label", "Pages")))
                    html.Element("a", "Older", ("href", new PageLink("/builds").With("before", views[^1].Id.ToString(CultureInfo.InvariantCulture)).ToString()), ("rel", "next"), ("class", "button"));
            return Task.CompletedTask;
        });
    }
}
