using System.Globalization;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Archive;

namespace ImageSdk.Imaginator.Web.Requests;

/// <summary>What the query of a page of the archive asks for.</summary>
/// <param name="Text">What logs have to contain; empty for anything.</param>
sealed record ArchiveFilter(string Stream, string Requestor, string Since, string Until, string Text)
{
    public static readonly string[] Parameters = ["stream=", "requestor=", "since=", "until=", "q=", "after=", .. Paging.Parameters];

    const string Day = "yyyy-MM-dd";

    static readonly string[] times = [Day, "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'"];

    /// <exception cref="PageFault">A parameter is not what is expected.</exception>
    public static ArchiveFilter Read(PageQuery query)
    {
        var filter = new ArchiveFilter(Of("stream"), Of("requestor"), Of("since"), Of("until"), Of("q"));
        if (filter.Text.Length > LogSearch.MaximumText)
            throw PageFault.BadParameter($"q has {filter.Text.Length} characters; {LogSearch.MaximumText} are looked for at most.");
        filter.ToQuery(null);
        return filter;

        string Of(string name) => (query[name] ?? "").Trim();
    }

    /// <summary>Without the text.</summary>
    public ArchiveQuery ToQuery(bool? hasSucceeded) => new()
    {
        Stream = Stream.Length > 0 ? Stream : null,
        Requestor = Requestor.Length > 0 ? Requestor : null,
        HasSucceeded = hasSucceeded,
        Since = Time("since", Since),
        // A day is meant with all its hours.
        Before = Time("until", Until) is { } until ? Until.Length == Day.Length ? Next(until, TimeSpan.FromDays(1)) : Next(until, TimeSpan.FromSeconds(1)) : null,
    };

    /// <summary>A link that asks for the same.</summary>
    public PageLink Link(string path) =>
        new PageLink(path).With("stream", Stream).With("requestor", Requestor).With("since", Since).With("until", Until).With("q", Text);

    static DateTimeOffset Next(DateTimeOffset time, TimeSpan step) => time < DateTimeOffset.MaxValue - step ? time + step : time;

    static DateTimeOffset? Time(string name, string text)
    {
        if (text.Length == 0)
            return null;
        return DateTimeOffset.TryParseExact(text, times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw PageFault.BadParameter($"{name}={text}: expected a day or a time in UTC: 2026-01-31 or 2026-01-31T23:59:59.");
    }
}
