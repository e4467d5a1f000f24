using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images.Json;

namespace ImageSdk.Hosting.Web.Pages;

/// <summary>The server's log.</summary>
public static class LogsPage
{
    // Lines that are turned round in memory.
    const int MaximumReversed = 100_000;

    // Of what there was before, where the log is followed.
    const int LiveLines = 100;

    public static readonly string[] Parameters = ["recentFirst", "recentFirst=", "name=", "include=", "exclude="];

    static readonly (string Period, string Text)[] periods =
        [("1m", "minute"), ("10m", "10 minutes"), ("1h", "hour"), ("1d", "day"), ("1w", "week"), ("1M", "month"), ("1y", "year")];

    /// <summary>The list of log files.</summary>
    public static Task AnswerAsync(PageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var recentFirst = request.Query.Has("recentFirst");
        var names = new LogFiles(request.Site.Log).List();
        if (recentFirst)
            names = [.. names.Reverse()];
        return output switch
        {
            OutputKind.Text => request.WriteTextAsync(names),
            OutputKind.Json => request.WriteJsonAsync(json => json.WriteMembers(() => json.WriteList("logs", names))),
            _ => request.WriteHtmlAsync($"{request.Site.Name} logs", "/logs", html => WriteList(html, names, recentFirst)),
        };
    }

    /// <summary>A part of the log.</summary>
    public static async Task AnswerViewAsync(PageRequest request)
    {
        var view = request.RouteValue("view");
        var logs = new LogFiles(request.Site.Log);
        switch (view)
        {
            case "dump":
                var name = request.Query["name"] ?? throw PageFault.BadParameter("No log is named: expected name=, with one of /logs or latest.");
                await WriteAsync(request, name, logs.Read(name) ?? throw PageFault.UnknownLog($"There is no log {name}; /logs has all there are."));
                break;
            case "showLast":
                var text = request.Query.RawNames.FirstOrDefault() ?? "";
                if (!LogPeriod.TryParse(text, out var period))
                    throw PageFault.BadParameter($"\"{text}\" is no length of time: expected a number and one of s, m, h, d, w, M, y, as in showLast?10m.");
                await WriteAsync(request, $"last {text}", logs.ReadSince(request.Site.Time.GetUtcNow() - period));
                break;
            case "showSinceStartup":
                await WriteAsync(request, "since the start", logs.ReadSince(request.Site.Started));
                break;
            case "follow":
                await request.WriteEventsAsync(FollowAsync(request));
                break;
            case "live":
                await request.WriteHtmlAsync("log as it grows", "/logs", html => WriteLive(html, request));
                break;
            case "showPreviousPanic":
                await request.WriteTextAsync(["No crash of a previous run is known: look at the end of its log, and at the service manager's."]);
                break;
            case "showStackTrace":
                await request.WriteTextAsync(ThreadStates.List());
                break;
            default:
                throw PageFault.NotFound(request.Path);
        }
    }

    /// <summary>What is in memory, then each line as it is written. Ends where the reader is too slow; browsers ask again.</summary>
    static async IAsyncEnumerable<(string?, string)> FollowAsync(PageRequest request)
    {
        var filter = new LineFilter(request.Query);
        using var watch = request.Site.Log.Watch(level: -1, filter.Includes);
        if (request.LastEventId is null)
            foreach (var line in request.Site.Log.LastLines.Where(filter.Includes).TakeLast(LiveLines))
                yield return (null, line);
        // Lines have no numbers: who comes back goes on with new ones.
        await foreach (var line in watch.Lines.ReadAllAsync(request.Gone))
            yield return ("0", line);
    }

    static Task WriteLive(HtmlWriter html, PageRequest request)
    {
        html.Trail("as it grows", ("Logs", "/logs"));
        html.Element("h1", "Log");
        html.Element("pre", "", ("class", "log"), ("tabindex", "0"), ("data-follow", "/logs/follow" + request.QueryText), ("aria-live", "off"));
        using (html.Open("noscript"))
            html.Element("p", "Without scripts, this page shows nothing: curl -N …/logs/follow does.", ("class", "nothing"));
        return Task.CompletedTask;
    }

    static async Task WriteAsync(PageRequest request, string title, IEnumerable<string> lines)
    {
        var output = request.Choose(OutputKind.Text, OutputKind.Html);
        var isHtml = output == OutputKind.Html || !request.IsOutputNamed && request.Prefers("text/html");
        var filter = new LineFilter(request.Query);
        var shown = lines.Where(filter.Includes);
        if (request.Query.Has("recentFirst"))
            shown = shown.TakeLast(MaximumReversed).Reverse();
        if (!isHtml)
        {
            await request.WriteTextAsync(shown);
            return;
        }
        await request.WriteHtmlAsync($"log: {title}", "/logs", async html =>
        {
            html.Trail(title, ("Logs", "/logs"));
            html.Element("h1", "Log");
            using var _ = html.Open("pre", ("class", "log"), ("tabindex", "0"));
            foreach (var line in shown)
            {
                html.Text(line).Text("\n");
                await html.FlushAsync(request.Gone);
            }
        });
    }

    static Task WriteList(HtmlWriter html, IReadOnlyList<string> names, bool recentFirst)
    {
        html.Element("h1", "Logs");
        using (html.Open("section", ("aria-labelledby", "last")))
        {
            html.Element("h2", "Show the last", ("id", "last"));
            using var _ = html.Open("p", ("class", "buttons"));
            foreach (var (period, text) in periods)
                html.Element("a", text, ("href", $"/logs/showLast?{period}{(recentFirst ? "&recentFirst" : "")}"), ("class", "button"));
            html.Element("a", "since the start", ("href", $"/logs/showSinceStartup{(recentFirst ? "?recentFirst" : "")}"), ("class", "button"));
            html.Element("a", "as it grows", ("href", "/logs/live"), ("class", "button"));
            html.Element("a", "threads", ("href", "/logs/showStackTrace"), ("class", "button"));
        }
        using (html.Open("section", ("aria-labelledby", "files")))
        {
            html.Element("h2", "Files", ("id", "files"));
            using (html.Open("p", ("class", "lead")))
            {
                html.Text(recentFirst ? "The newest first · " : "The oldest first · ")
                    .Element("a", recentFirst ? "oldest first" : "newest first", ("href", recentFirst ? "/logs" : "/logs?recentFirst"));
            }
            using var _ = html.Open("ul", ("class", "names"));
            foreach (var name in names.Append(LogFiles.Latest))
            {
                using (html.Open("li"))
                    html.Element("a", name == LogFiles.Latest ? "in memory" : name, ("href", $"{new PageLink("/logs/dump").With("name", name)}{(recentFirst ? "&recentFirst" : "")}"));
            }
        }
        return Task.CompletedTask;
    }
}
