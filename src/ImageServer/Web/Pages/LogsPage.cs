using ImageSdk.ImageServer.Web.Html;
using ImageSdk.ImageServer.Web.Logs;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images.Json;

namespace ImageSdk.ImageServer.Web.Pages;

/// <summary>The server's log.</summary>
static class LogsPage
{
    // Lines that are turned round in memory.
    const int MaximumReversed = 100_000;

    public static readonly string[] Parameters = ["recentFirst", "recentFirst=", "name=", "include=", "exclude="];

    static readonly (string Period, string Text)[] periods =
        [("1m", "minute"), ("10m", "10 minutes"), ("1h", "hour"), ("1d", "day"), ("1w", "week"), ("1M", "month"), ("1y", "year")];

    /// <summary>The list of log files.</summary>
    public static Task AnswerAsync(PageRequest request)
    {
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        var recentFirst = request.Query.Has("recentFirst");
        var names = new LogFiles(request.Parts.Log).List();
        if (recentFirst)
            names = [.. names.Reverse()];
        return output switch
        {
            OutputKind.Text => request.WriteTextAsync(names),
            OutputKind.Json => request.WriteJsonAsync(json => json.WriteMembers(() => json.WriteList("logs", names))),
            _ => request.WriteHtmlAsync("imageserver logs", "/logs", html => WriteList(html, names, recentFirst)),
        };
    }

    /// <summary>A part of the log.</summary>
    public static async Task AnswerViewAsync(PageRequest request)
    {
        var view = request.RouteValue("view");
        var logs = new LogFiles(request.Parts.Log);
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
                await WriteAsync(request, $"last {text}", logs.ReadSince(request.Parts.Time.GetUtcNow() - period));
                break;
            case "showSinceStartup":
                await WriteAsync(request, "since the start", logs.ReadSince(request.Parts.Started));
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
