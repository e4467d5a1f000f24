using System.Globalization;
using ImageSdk.Images;

namespace ImageSdk.Hosting.Web.Html;

/// <summary>Elements that several pages have.</summary>
public static class PageElements
{
    static readonly string[] units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A time, with how long ago or ahead it is.</summary>
    public static void Time(this HtmlWriter html, DateTimeOffset time, DateTimeOffset now)
    {
        var utc = time.UtcDateTime;
        html.Element(
            "time", utc.ToString("d MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
            ("datetime", utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        html.Text(" ").Element("span", Distance(time, now), ("class", "quiet"));
    }

    /// <summary>"2d3h ago", "in 1h5m": two units at most.</summary>
    public static string Distance(DateTimeOffset time, DateTimeOffset now)
    {
        var distance = (now - time).Duration();
        var text = distance switch
        {
            { TotalSeconds: < 1 } => "",
            { TotalMinutes: < 1 } => $"{distance.Seconds} s",
            { TotalHours: < 1 } => $"{distance.Minutes} min",
            { TotalDays: < 1 } => $"{distance.Hours} h {distance.Minutes} min",
            { TotalDays: < 60 } => Count((ulong)distance.TotalDays, "day"),
            { TotalDays: < 730 } => $"{(int)(distance.TotalDays / 30.44)} months",
            _ => $"{(int)(distance.TotalDays / 365.25)} years",
        };
        return text.Length == 0 ? "just now" : time <= now ? $"{text} ago" : $"in {text}";
    }

    /// <summary>A name for people: line ends and tabs shown as their pictures, as a name is one line.</summary>
    public static string Visible(this ByteString name) => name.ToString().Replace('\n', '\u240A').Replace('\t', '\u2409');

    /// <summary>A number and what it counts: "1 file", "2,345 files".</summary>
    public static string Count(ulong number, string singular, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? singular : plural ?? singular + "s")}");

    /// <summary>A size for people: three digits in the unit that leaves least of them before the point: "9.31 GiB".</summary>
    public static string Bytes(ulong bytes)
    {
        var (number, unit) = ((double)bytes, 0);
        // What would be rounded to a fourth digit belongs to the next unit.
        while (number >= 999.5 && unit < units.Length - 1)
            (number, unit) = (number / 1024, unit + 1);
        return $"{number.ToString(number >= 99.95 ? "0" : number >= 9.995 ? "0.#" : "0.##", CultureInfo.InvariantCulture)} {units[unit]}";
    }

    /// <summary>A size, with the exact one for those who ask.</summary>
    public static void Size(this HtmlWriter html, ulong bytes) =>
        html.Element("span", PageElements.Bytes(bytes), ("title", string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes")));

    /// <summary>A link to a URL from outside; just its text where browsers had better not follow it.</summary>
    /// <param name="text">Of the link; null for the URL.</param>
    public static void ForeignLink(this HtmlWriter html, string url, string? text = null)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps))
            html.Element("a", text ?? url, ("href", parsed.AbsoluteUri), ("rel", "noopener noreferrer"));
        else
            html.Text(text ?? url);
    }

    /// <summary>A way up: links to what the page is part of, then the page.</summary>
    public static void Trail(this HtmlWriter html, string here, params ReadOnlySpan<(string Text, string Path)> above)
    {
        using var _ = html.Open("nav", ("class", "trail"), ("aria-label", "Breadcrumb"));
        using var __ = html.Open("ol");
        foreach (var (text, path) in above)
        {
            using (html.Open("li"))
                html.Element("a", text, ("href", path));
        }
        html.Element("li", here, ("aria-current", "page"));
    }

    /// <summary>A line of a list of terms.</summary>
    public static void Term(this HtmlWriter html, string term, string? text, bool isThere = true)
    {
        if (isThere && !string.IsNullOrEmpty(text))
            html.Term(term, () => html.Text(text));
    }

    public static void Term(this HtmlWriter html, string term, Action write, bool isThere = true)
    {
        if (!isThere)
            return;
        using var _ = html.Open("div");
        html.Element("dt", term);
        using (html.Open("dd"))
            write();
        html.Line();
    }

    /// <summary>A cell of a table; narrow screens show its column's name beside it.</summary>
    public static HtmlWriter.Scope Cell(this HtmlWriter html, string column, string? kind = null) =>
        html.Open("td", ("data-column", column), ("class", kind));

    public static void Cell(this HtmlWriter html, string column, string text, string? kind) =>
        html.Element("td", text, ("data-column", column), ("class", kind));

    /// <summary>The first row of a table.</summary>
    public static void Columns(this HtmlWriter html, params ReadOnlySpan<(string Name, string? Kind)> columns)
    {
        using var _ = html.Open("thead");
        using var __ = html.Open("tr");
        foreach (var (name, kind) in columns)
            html.Element("th", name, ("scope", "col"), ("class", kind));
    }

    /// <summary>What a page shows where there is nothing to show.</summary>
    public static void Nothing(this HtmlWriter html, string text) => html.Element("p", text, ("class", "nothing"));
}
