using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.ImageBuilder.Builds;

namespace ImageSdk.ImageBuilder.Web.Pages;

/// <summary>Requests as pages show them.</summary>
static class RequestElements
{
    public static string PathOf(long id) => new PageLink("/build").With("id", id.ToString(CultureInfo.InvariantCulture)).ToString();

    public static void State(this HtmlWriter html, RequestView view) => html.Element(
        "span", view.State, ("class", view.State switch { "completed" => "badge added", "failed" => "badge danger", _ => "badge changed" }));

    /// <summary>A table of requests, or a sentence where there are none.</summary>
    public static void Requests(this HtmlWriter html, IReadOnlyList<RequestView> views, DateTimeOffset now, string nothing)
    {
        if (views.Count == 0)
        {
            html.Nothing(nothing);
            return;
        }
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Request", null), ("State", null), ("Step", null), ("Series", null), ("Packages", null), ("Asked for", null), ("Result", null));
        using var __ = html.Open("tbody");
        foreach (var view in views)
        {
            using (html.Open("tr"))
            {
                using (html.Open("th", ("scope", "row"), ("class", "name")))
                    html.Element("a", view.Request.TicketId.Length > 0 ? $"{view.Id} (ticket {view.Request.TicketId})" : $"{view.Id}", ("href", PathOf(view.Id)));
                using (html.Cell("State"))
                    html.State(view);
                html.Cell("Step", view.Step.Name, "word");
                html.Cell("Series", view.Request.BaseImage.Series, "word");
                html.Cell("Packages", string.Join(' ', view.Request.PackageList.Take(10)) + (view.Request.PackageList.Count > 10 ? " …" : ""), null);
                using (html.Cell("Asked for"))
                    html.Time(view.Submitted, now);
                html.Cell("Result", view.Result?.ImageId ?? (view.Error is { Length: > 200 } error ? error[..200] + "…" : view.Error) ?? "", "side");
            }
            html.Line();
        }
    }
}
