using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Web.Requests;

namespace ImageSdk.ImageService.Web.Pages;

/// <summary>Records as pages show them.</summary>
static class RecordElements
{
    public static string PathOf(string page, string id, bool isDeleted = false) =>
        new PageLink(page).With("id", id) + (isDeleted ? "&deleted" : "");

    /// <summary>A time as records have it; text that is none is shown as it is.</summary>
    public static void Time(this HtmlWriter html, string time, DateTimeOffset now)
    {
        if (DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read))
            html.Time(read, now);
        else
            html.Text(time);
    }

    public static void Status(this HtmlWriter html, JobRecord job) => html.Element("span", job.Status, ("class", job.Status switch
    {
        JobStatus.Success => "badge added",
        JobStatus.Error => "badge danger",
        _ => "badge changed",
    }));

    /// <summary>A table of records, or a sentence where there are none.</summary>
    /// <param name="columns">Their names, and what writes a cell.</param>
    public static void Table<T>(this HtmlWriter html, IReadOnlyList<T> records, string nothing, Func<T, (string Text, string? Path)> head, params IReadOnlyList<(string Name, Action<T> Write)> columns)
    {
        if (records.Count == 0)
        {
            html.Nothing(nothing);
            return;
        }
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns([("Name", null), .. columns.Select(column => (column.Name, (string?)null))]);
        using var __ = html.Open("tbody");
        foreach (var record in records)
        {
            using (html.Open("tr"))
            {
                using (html.Open("th", ("scope", "row"), ("class", "name")))
                {
                    var (text, path) = head(record);
                    if (path is null)
                        html.Text(text);
                    else
                        html.Element("a", text, ("href", path));
                }
                foreach (var (name, write) in columns)
                    using (html.Cell(name))
                        write(record);
            }
            html.Line();
        }
    }

    /// <summary>A button that changes something, for those who may.</summary>
    public static void Button(this HtmlWriter html, ImageServiceRequest request, string text, string path, bool isDangerous = false)
    {
        if (!request.MayChange)
            return;
        using var _ = html.Open("form", ("method", "post"), ("class", "change"), ("action", path));
        html.Element("button", text, ("class", isDangerous ? "danger" : null));
    }
}
