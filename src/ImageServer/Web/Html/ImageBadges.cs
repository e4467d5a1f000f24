using ImageSdk.Hosting.Web.Html;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Web.Html;

/// <summary>What is special about an image, in a word.</summary>
static class ImageBadges
{
    public static void Write(HtmlWriter html, ImageHeader header, string? fault, DateTimeOffset now)
    {
        if (header.ExpiresAt is { } expiry)
            Badge("expiring", $"expires {PageElements.Distance(expiry, now)}");
        if (header.FilterLineCount is null)
            Badge("sparse", "sparse");
        if (fault is not null)
            Badge("danger", "damaged", fault);

        void Badge(string kind, string text, string? title = null) =>
            html.Text(" ").Element("span", text, ("class", $"badge {kind}"), ("title", title));
    }
}
