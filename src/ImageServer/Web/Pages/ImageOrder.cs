using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>In which order images are listed.</summary>
/// <param name="Column">What counts.</param>
/// <param name="IsDescending">The largest first.</param>
sealed record ImageOrder(ImageColumn Column, bool IsDescending)
{
    /// <summary>Those that lists can be ordered by.</summary>
    public static IReadOnlyList<ImageColumn> Columns { get; } =
    [
        new("name", "Name", null, images => images.OrderBy(header => header.Name, VersionOrder.Instance)),
        new("created", "Created", "when", images => images.OrderBy(header => header.CreatedOn ?? DateTimeOffset.MinValue).ThenBy(header => header.Name, VersionOrder.Instance)),
        Number("size", "Size", header => header.FileBytes),
        Number("usage", "On disk", header => header.EstimatedUsage),
        Number("files", "Files", header => header.FileCount),
        Number("computed", "Computed", header => (ulong)header.ComputedFileCount),
    ];

    /// <summary>The query's text; empty for the order that is the usual one.</summary>
    public string Text => (IsDescending ? "-" : "") + Column.Key is var text && text == Columns[0].Key ? "" : text;

    /// <summary>Reads "size", or "-size" for the largest first; empty is by name.</summary>
    /// <exception cref="PageFault">There is no such column.</exception>
    public static ImageOrder Parse(string text)
    {
        var isDescending = text.StartsWith('-');
        var key = isDescending ? text[1..] : text.Length == 0 ? Columns[0].Key : text;
        var column = Columns.FirstOrDefault(column => column.Key == key) ?? throw PageFault.BadParameter(
            $"sort={text}: expected one of {string.Join(", ", Columns.Select(column => column.Key))}, with a - in front for the largest first.");
        return new(column, isDescending);
    }

    public IEnumerable<ImageHeader> Sort(IEnumerable<ImageHeader> images) =>
        IsDescending ? Column.Sort(images).Reverse() : Column.Sort(images);

    /// <summary>A column's head, which sorts by it; once more, the other way round.</summary>
    public void WriteColumn(HtmlWriter html, ImageColumn column, PageLink link)
    {
        var isMine = column == Column;
        using var _ = html.Open(
            "th", ("scope", "col"), ("class", column.Kind), ("aria-sort", isMine ? IsDescending ? "descending" : "ascending" : null));
        // Of numbers and times, the largest are what people look for.
        var descends = isMine ? !IsDescending : column.Key != Columns[0].Key;
        html.Element("a", column.Title, ("href", link.With("sort", new ImageOrder(column, descends).Text).ToString()));
    }

    static ImageColumn Number(string key, string title, Func<ImageHeader, ulong> number) =>
        new(key, title, "number", images => images.OrderBy(number).ThenBy(header => header.Name, VersionOrder.Instance));
}

/// <summary>A column of the list of images.</summary>
/// <param name="Key">In queries.</param>
/// <param name="Kind">The style of its cells.</param>
/// <param name="Sort">The smallest first.</param>
sealed record ImageColumn(string Key, string Title, string? Kind, Func<IEnumerable<ImageHeader>, IEnumerable<ImageHeader>> Sort);
