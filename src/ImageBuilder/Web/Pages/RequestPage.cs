using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Builds;
using ImageSdk.ImageBuilder.Web.Requests;

namespace ImageSdk.ImageBuilder.Web.Pages;

/// <summary>A request: what it is, its log as it grows, and its end before its time.</summary>
static class RequestPage
{
    public static async Task AnswerAsync(ImageBuilderRequest request)
    {
        request.Choose(OutputKind.Html);
        var view = await RequestView.OfAsync(request.Parts.Queue, await request.FindAsync(), request.Gone);
        await request.WriteHtmlAsync($"image builder: request {view.Id}", "/builds", html =>
        {
            html.Trail($"request {view.Id}", ("Requests", "/builds"));
            html.Element("h1", $"Request {view.Id}");
            using (html.Open("p", ("class", "lead")))
            {
                html.State(view);
                html.Text(" ").Text(view.Error ?? (view.IsOver ? "" : view.Step.Message));
            }
            WriteCancel(html, request, view);
            WriteFacts(html, view, request.Site.Time.GetUtcNow());
            using var _ = html.Open("section", ("aria-labelledby", "log"));
            html.Element("h2", "Log", ("id", "log"));
            html.Element("pre", "", ("class", "log"), ("tabindex", "0"), ("data-follow", Link("/followLog", view.Id)), ("aria-live", "off"));
            using (html.Open("noscript"))
                html.Element("a", "The log as text", ("href", Api.ApiEndpoints.PathOf(view.Id) + "/log"));
            return Task.CompletedTask;
        });
    }

    /// <summary>The lines of a request's log, as server-sent events.</summary>
    public static async Task FollowAsync(ImageBuilderRequest request) => await request.WriteLogEventsAsync(await request.FindAsync());

    public static async Task CancelAsync(ImageBuilderRequest request)
    {
        request.RequireChange();
        await request.CancelAsync(await request.FindAsync());
        request.SeeOther(RequestElements.PathOf((await request.FindAsync()).Id));
    }

    static string Link(string path, long id) => new PageLink(path).With("id", id.ToString(CultureInfo.InvariantCulture)).ToString();

    static void WriteCancel(HtmlWriter html, ImageBuilderRequest request, RequestView view)
    {
        if (view.IsOver || view.State == "cancelling" || !request.MayChange)
            return;
        using var _ = html.Open("form", ("method", "post"), ("class", "change"), ("action", Link("/cancel", view.Id)));
        html.Element("button", "Cancel this request", ("class", "danger"));
    }

    static void WriteFacts(HtmlWriter html, RequestView view, DateTimeOffset now)
    {
        using var _ = html.Open("dl", ("class", "facts"));
        html.Term("Ticket", view.Request.TicketId);
        html.Term("Base image", () => html.ForeignLink(view.Request.BaseImage.UrlList[0]));
        html.Term("Series", view.Request.BaseImage.Series);
        html.Term("Archives", string.Join(' ', view.Request.PpaList));
        html.Term("Packages", string.Join(' ', view.Request.PackageList));
        html.Term("Asked for", () => html.Time(view.Submitted, now));
        html.Term("Begun", () => html.Time(view.Started!.Value, now), view.Started is not null);
        html.Term("Over", () => html.Time(view.Finished!.Value, now), view.Finished is not null);
        html.Term("Build", view.Attempt > 1 ? $"{view.Build}, attempt {view.Attempt}" : $"{view.Build}");
        html.Term("Image", view.Result?.ImageId);
        foreach (var artifact in view.Result?.Artifacts ?? [])
            html.Term(artifact.Type.ToLowerInvariant(), () => html.ForeignLink(artifact.Reference, artifact.Name));
    }
}
