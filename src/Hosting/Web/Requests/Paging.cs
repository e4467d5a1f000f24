using System.Globalization;
using System.Text.Json;
using ImageSdk.Hosting.Web.Html;

namespace ImageSdk.Hosting.Web.Requests;

/// <summary>A part of a long list: <c>page</c>, from 1, of <c>per</c> items each.</summary>
/// <param name="Number">The page, from 1; no larger than the last one.</param>
/// <param name="Size">Items a page.</param>
/// <param name="Total">Items of the list.</param>
public sealed record Paging(int Number, int Size, int Total)
{
    public const int MaximumSize = 10_000;

    public static readonly string[] Parameters = ["page=", "per="];

    /// <summary>Pages of the list; an empty list has one, too.</summary>
    public int Count => Math.Max(1, (Total + Size - 1) / Size);

    /// <param name="size">Where the query does not say.</param>
    /// <exception cref="PageFault">A parameter is no number above 0.</exception>
    public static Paging Read(PageQuery query, int total, int size)
    {
        size = Math.Min(Number("per", size), MaximumSize);
        var paging = new Paging(1, size, total);
        return paging with { Number = Math.Min(Number("page", 1), paging.Count) };

        int Number(string parameter, int otherwise)
        {
            if (query[parameter] is not { Length: > 0 } text)
                return otherwise;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw PageFault.BadParameter($"{parameter}={text}: expected a whole number above 0.");
        }
    }

    public IEnumerable<T> Take<T>(IEnumerable<T> items) => items.Skip((Number - 1) * Size).Take(Size);

    /// <summary>Members that say where in the list a page is.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("page", Number);
        json.WriteNumber("per", Size);
        json.WriteNumber("pages", Count);
        json.WriteNumber("total", Total);
    }

    /// <summary>Links to other pages; nothing where there is one.</summary>
    public void Write(HtmlWriter html, PageLink link)
    {
        if (Count == 1)
            return;
        using var _ = html.Open("nav", ("class", "pages"), ("aria-label", "Pages"));
        Step("Previous", Number - 1, "prev");
        html.Element("span", $"Page {Number:N0} of {Count:N0}", ("class", "where"));
        Step("Next", Number + 1, "next");

        void Step(string text, int page, string relation)
        {
            if (page >= 1 && page <= Count)
                html.Element("a", text, ("href", link.With("page", $"{page}").ToString()), ("rel", relation), ("class", "button"));
            else
                html.Element("span", text, ("class", "button off"), ("aria-hidden", "true"));
        }
    }
}
