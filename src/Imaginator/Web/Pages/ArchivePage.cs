using System.Globalization;
using System.Text.Json;
using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Imaginator.Archive;
using ImageSdk.Imaginator.Web.Requests;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>Builds that are over, with search in their logs. Those of a stream or a requestor alone are at the original's addresses.</summary>
static class ArchivePage
{
    const int PerPage = 100;

    static readonly (string Title, string Path, bool? HasSucceeded)[] results =
    [
        ("All builds", "/showAllBuilds", null), ("Builds that succeeded", "/showGoodBuilds", true), ("Builds that failed", "/showErrorBuilds", false),
    ];

    /// <summary>The pages of lists: by what came of the builds, for all, for a stream and for a requestor.</summary>
    public static IEnumerable<(string Path, Func<ImaginatorRequest, Task> Answer)> Lists =>
        new (string Kind, bool? HasSucceeded)[] { ("All", null), ("Good", true), ("Error", false) }.SelectMany(each => new (string, Func<ImaginatorRequest, Task>)[]
        {
            ($"/show{each.Kind}Builds", request => AnswerAsync(request, each.HasSucceeded, ArchiveFilter.Read(request.Query))),
            ($"/showStream{each.Kind}Builds", request => AnswerAsync(request, each.HasSucceeded, ArchiveFilter.Read(request.Query) with { Stream = request.Name })),
            ($"/showRequestor{each.Kind}Builds", request => AnswerAsync(request, each.HasSucceeded, ArchiveFilter.Read(request.Query) with { Requestor = request.Name })),
        });

    /// <summary>The log of one.</summary>
    public static async Task AnswerLogAsync(ImaginatorRequest request)
    {
        var path = request.Parts.Archive.FindLog(request.Name) ?? throw PageFault.UnknownLog($"There is no log of {request.Name}; /showAllBuilds has all there are.");
        await request.WriteTextAsync(File.ReadLines(path));
    }

    /// <summary>How many builds there are, by stream and by requestor.</summary>
    public static Task AnswerCountsAsync(ImaginatorRequest request)
    {
        var builds = request.Parts.Archive.List();
        return request.WriteHtmlAsync("imaginator: archive", "/showAllBuilds", html =>
        {
            html.Trail("by stream and requestor", ("Builds", "/showAllBuilds"));
            html.Element("h1", "Archive").Element("p", PageElements.Count((ulong)builds.Count, "build"), ("class", "lead"));
            if (builds.Count == 0)
                WriteNothing(html, request);
            WriteCounts(html, "Stream", builds.GroupBy(build => build.Stream));
            WriteCounts(html, "Requestor", builds.GroupBy(build => build.Requestor));
            return Task.CompletedTask;
        });
    }

    static void WriteCounts(HtmlWriter html, string kind, IEnumerable<IGrouping<string, ArchivedBuild>> groups)
    {
        var sorted = groups.OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        if (sorted.Count == 0)
            return;
        using var _ = html.Open("section", ("aria-labelledby", kind));
        html.Element("h2", $"By {kind.ToLowerInvariant()}", ("id", kind));
        using var __ = html.Open("table", ("class", "cards"));
        html.Columns((kind, null), ("All", "number"), ("Succeeded", "number"), ("Failed", "number"), ("Last", null));
        using var ___ = html.Open("tbody");
        foreach (var group in sorted)
            using (html.Open("tr"))
            {
                html.Element("th", group.Key, ("scope", "row"), ("class", "name"));
                Number("All", "All", group.Count());
                Number("Succeeded", "Good", group.Count(build => build.HasSucceeded));
                Number("Failed", "Error", group.Count(build => !build.HasSucceeded));
                html.Cell("Last", group.First().At.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", CultureInfo.InvariantCulture), null);

                void Number(string column, string which, int count)
                {
                    using (html.Cell(column, "number"))
                        html.Element("a", count.ToString("N0", CultureInfo.InvariantCulture), ("href", new PageLink($"/show{kind}{which}Builds", group.Key).ToString()));
                }
            }
    }

    static async Task AnswerAsync(ImaginatorRequest request, bool? hasSucceeded, ArchiveFilter filter)
    {
        // What stands in logs is for those who may read them.
        if (filter.Text.Length > 0 && !request.IsOpen(PageAccess.Open))
            throw PageFault.NeedsCertificate(request.Host);
        var (title, path, _) = results.Single(each => each.HasSucceeded == hasSucceeded);
        var query = filter.ToQuery(hasSucceeded);
        var builds = request.Parts.Archive.List().Where(query.Matches).ToList();
        var (paging, search) = (Paging.Read(request.Query, builds.Count, PerPage), (LogSearchResult?)null);
        if (filter.Text.Length > 0)
        {
            var rest = request.Query["after"] is { } last ? builds.SkipWhile(build => build.Image != last).Skip(1).ToList() : builds;
            search = await request.Parts.LogSearch.FindAsync(rest, filter.Text, Math.Min(paging.Size, PerPage), LogSearch.MaximumBytes, request.Gone);
        }
        var shown = search?.Found ?? [.. paging.Take(builds).Select(build => new FoundLog(build, ""))];
        if (request.Choose(OutputKind.Html, OutputKind.Json) == OutputKind.Json)
        {
            await request.WriteJsonAsync(json => Write(json, shown, paging, search));
            return;
        }
        await request.WriteHtmlAsync($"imaginator: {title.ToLowerInvariant()}", "/showAllBuilds", html =>
        {
            html.Element("h1", title);
            html.Element("p", search is null
                ? PageElements.Count((ulong)builds.Count, "build")
                : $"{PageElements.Count((ulong)search.Found.Count, "log")} with the text, of {PageElements.Count((ulong)search.Searched, "log")} that {(search.Searched == 1 ? "was" : "were")} searched", ("class", "lead"));
            WriteForm(html, path, filter);
            using (html.Open("p", ("class", "buttons")))
            {
                foreach (var (text, other) in new[] { ("all", "/showAllBuilds"), ("succeeded", "/showGoodBuilds"), ("failed", "/showErrorBuilds") })
                    html.Element("a", text, ("href", filter.Link(other).ToString()), ("class", "button"), ("aria-current", other == path ? "page" : null));
                html.Element("a", "by stream and requestor", ("href", "/showBuildLogArchive"), ("class", "button"));
            }
            if (shown.Count > 0)
                WriteTable(html, request, shown, search is not null);
            else if (filter == new ArchiveFilter("", "", "", "", ""))
                WriteNothing(html, request);
            else
                html.Nothing(search?.Last is null ? "Nothing matches." : "Nothing matches so far; older logs have not been searched yet.");
            if (search is null)
                paging.Write(html, filter.Link(path));
            else if (search.Last is { } after)
                using (html.Open("nav", ("class", "pages"), ("aria-label", "Pages")))
                    html.Element("a", "Search older logs", ("href", filter.Link(path).With("after", after).ToString()), ("rel", "next"), ("class", "button"));
            return Task.CompletedTask;
        });
    }

    static void WriteNothing(HtmlWriter html, ImaginatorRequest request) =>
        html.Nothing(request.Parts.Archive.IsOn ? "There are none." : "Logs are not archived here (-buildLogDir, -buildLogQuota).");

    static void WriteForm(HtmlWriter html, string path, ArchiveFilter filter)
    {
        using var _ = html.Open("form", ("action", path), ("class", "filter"), ("role", "search"));
        foreach (var (name, label, type, value) in new[]
        {
            ("q", "Text in the log", "search", filter.Text), ("stream", "Stream", "search", filter.Stream), ("requestor", "Requestor", "search", filter.Requestor),
            ("since", "From", "date", filter.Since), ("until", "To", "date", filter.Until),
        })
            using (html.Open("p"))
            {
                html.Element("label", label, ("for", name));
                html.Void("input", ("id", name), ("name", name), ("type", type), ("value", value), ("maxlength", name == "q" ? $"{LogSearch.MaximumText}" : null));
            }
        html.Element("button", "Search");
    }

    static void WriteTable(HtmlWriter html, ImaginatorRequest request, IReadOnlyList<FoundLog> shown, bool isSearch)
    {
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Image", null), ("When", null), ("Took", null), ("For", null), (isSearch ? "Found" : "Error", null));
        using var __ = html.Open("tbody");
        foreach (var (build, line) in shown)
            using (html.Open("tr"))
            {
                using (html.Open("th", ("scope", "row"), ("class", "name")))
                    html.Element("a", build.Image, ("href", new PageLink("/showBuildLog", build.Image).ToString()));
                using (html.Cell("When"))
                    html.Time(build.At, request.Site.Time.GetUtcNow());
                html.Cell("Took", HumanDuration.Format(build.Info.Duration), "word");
                html.Cell("For", build.Requestor, "word");
                html.Cell(isSearch ? "Found" : "Error", isSearch ? line : build.Info.Error, "side");
            }
    }

    static void Write(Utf8JsonWriter json, IReadOnlyList<FoundLog> shown, Paging paging, LogSearchResult? search)
    {
        json.WriteStartObject();
        if (search is null)
        {
            paging.Write(json);
        }
        else
        {
            json.WriteNumber("searched", search.Searched);
            json.WriteString("after", search.Last);
        }
        json.WriteStartArray("builds");
        foreach (var (build, line) in shown)
        {
            json.WriteStartObject();
            json.WriteString("image", build.Image);
            json.WriteString("stream", build.Stream);
            json.WriteString("requestor", build.Requestor);
            json.WriteString("at", build.At);
            json.WriteNumber("seconds", build.Info.Duration.TotalSeconds);
            json.WriteString("error", build.HasSucceeded ? null : build.Info.Error);
            if (search is not null)
                json.WriteString("line", line);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
