using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Web.Html;

namespace ImageSdk.Hosting.Web.Requests;

/// <summary>What all pages of the site have around them.</summary>
public static class PageFrame
{
    /// <param name="section">The path of the section that the page belongs to; empty for none.</param>
    /// <param name="write">Writes the page itself.</param>
    public static async Task WriteAsync(HtmlWriter html, DaemonSite site, string title, string section, Func<HtmlWriter, Task> write)
    {
        html.Doctype();
        using (html.Open("html", ("lang", "en")))
        {
            WriteHead(html, site, title);
            using (html.Open("body"))
            {
                html.Element("a", "Skip to the content", ("class", "skip"), ("href", "#content"));
                WriteHeader(html, site, section);
                html.Line();
                using (html.Open("main", ("id", "content"), ("tabindex", "-1")))
                    await write(html);
                html.Line();
                using (html.Open("footer"))
                    html.Element("p", $"{site.Name} {ServerVersion.Text.Split('+')[0]}");
            }
        }
        html.Line();
    }

    static void WriteHead(HtmlWriter html, DaemonSite site, string title)
    {
        using var _ = html.Open("head");
        html.Void("meta", ("charset", "utf-8")).Element("title", title)
            .Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"))
            .Void("meta", ("name", "color-scheme"), ("content", "light dark"))
            .Void("link", ("rel", "stylesheet"), ("href", site.Assets.PathOf("style.css")))
            .Void("link", ("rel", "icon"), ("href", site.Assets.PathOf("icon.svg")), ("type", "image/svg+xml"))
            .Element("script", "", ("src", site.Assets.PathOf("site.js")), ("defer", ""));
    }

    static void WriteHeader(HtmlWriter html, DaemonSite site, string section)
    {
        using var header = html.Open("header", ("class", "top"));
        using (html.Open("a", ("href", "/"), ("class", "brand")))
        {
            using (html.Open("svg", ("viewBox", "0 0 24 24"), ("aria-hidden", "true")))
                html.Element("path", "", ("d", "M12 2 2 7l10 5 10-5zM2 12l10 5 10-5M2 17l10 5 10-5"));
            html.Element("span", site.Name);
        }
        using var nav = html.Open("nav", ("aria-label", "Main"));
        foreach (var (path, text) in site.Sections)
            html.Element("a", text, ("href", path), ("aria-current", path == section ? "page" : null));
    }
}
