using System.Text.Json;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images.Json;

namespace ImageSdk.Hosting.Web.Pages;

/// <summary>
/// The metrics: as pages and text, and as JSON below /metricsapi, in the way of the original's; and for Prometheus.
/// </summary>
public static class MetricsPage
{
    public static readonly string[] Parameters = ["format=", "singleton="];

    const string Root = "/metrics";

    public static async Task AnswerAsync(PageRequest request)
    {
        if (WantsPrometheus(request))
        {
            await AnswerPrometheusAsync(request);
            return;
        }
        if (request.Path == Root)
        {
            await request.RedirectAsync($"{Root}/{request.QueryText}", isPermanent: true);
            return;
        }
        var path = PathOf(request);
        var found = request.Site.Metrics.Find(path);
        if (found.Count == 0)
            throw PageFault.NotFound(request.Path);
        var output = request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json);
        if (output == OutputKind.Text || request.Query["format"] == "text")
            await request.WriteTextAsync(found is [var only] && only.Path == path ? [Metric.Format(only.Read())] : found.Select(metric => $"{metric.Path} {Metric.Format(metric.Read())}"));
        else if (output == OutputKind.Json || request.Query["format"] == "json")
            await WriteJsonAsync(request, found);
        else
            await request.WriteHtmlAsync($"metrics {path}", "/metrics/", html => Write(html, path, found));
    }

    public static async Task AnswerApiAsync(PageRequest request)
    {
        var path = PathOf(request);
        var found = request.Site.Metrics.Find(path);
        if (request.Query["singleton"] != "true")
            await WriteJsonAsync(request, found);
        else if (found is [var only] && only.Path == path)
            await request.WriteJsonAsync(json => Write(json, only, request.Site.Time.GetUtcNow()));
        else
            throw PageFault.NotFound(request.Path);
    }

    public static Task AnswerPrometheusAsync(PageRequest request)
    {
        var lines = PrometheusText.Lines(request.Site.Metrics.All);
        return request.WriteTextAsync(lines, PrometheusText.ContentType);
    }

    static bool WantsPrometheus(PageRequest request) => request.Query["format"] is { } format
        ? format == "prometheus"
        : request.AcceptsVersioned("text/plain") || request.AcceptsVersioned("application/openmetrics-text");

    static string PathOf(PageRequest request) => request.RouteValue("path").Trim('/') is { Length: > 0 } path ? $"/{path}" : "";

    static Task WriteJsonAsync(PageRequest request, IReadOnlyList<Metric> metrics)
    {
        var now = request.Site.Time.GetUtcNow();
        return request.WriteJsonAsync(json => json.WriteListAsync(null, metrics, metric => Write(json.Writer, metric, now)));
    }

    static void Write(Utf8JsonWriter json, Metric metric, DateTimeOffset now) => json.WriteMembers(() =>
    {
        var value = metric.Read();
        json.WriteString("path", metric.Path);
        json.WriteString("description", metric.Description);
        json.WriteString("unit", metric.Unit);
        json.WriteString("kind", Metric.KindOf(value));
        if (Metric.BitsOf(value) is { } bits)
            json.WriteNumber("bits", bits);
        json.WritePropertyName("value");
        if (value is string text)
            json.WriteStringValue(text);
        else if (value is TimeSpan or DateTimeOffset)
            json.WriteStringValue(Metric.Format(value));
        else
            json.WriteRawValue(Metric.Format(value));
        json.WriteString("timestamp", Metric.FormatTime(now));
        json.WriteNumber("groupId", 0);
    });

    static Task Write(HtmlWriter html, string path, IReadOnlyList<Metric> found)
    {
        html.Element("h1", path.Length == 0 ? "Metrics" : path);
        if (path.Length > 0)
            html.Trail(path[(path.LastIndexOf('/') + 1)..], Above(path));
        using (html.Open("p", ("class", "lead")))
        {
            html.Element("a", "as text", ("href", $"{Root}{path}?format=text")).Text(" · ")
                .Element("a", "as JSON", ("href", $"/metricsapi{path}")).Text(" · ").Element("a", "for Prometheus", ("href", "/prometheus"));
        }
        using var _ = html.Open("table", ("class", "metrics"));
        html.Columns(("Metric", null), ("Value", null), ("Meaning", null));
        using var __ = html.Open("tbody");
        foreach (var metric in found)
        {
            var value = metric.Read();
            using var row = html.Open("tr");
            using (html.Open("th", ("scope", "row"), ("class", "name")))
                html.Element("a", metric.Path, ("href", Root + metric.Path));
            html.Element("td", value is DateTimeOffset time ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'") : Metric.Format(value), ("class", "value"));
            using (html.Open("td", ("class", "quiet meaning")))
                html.Text(metric.Unit == "None" ? $"{metric.Description} ({Metric.KindOf(value)})" : $"{metric.Description} ({Metric.KindOf(value)}, {metric.Unit})");
        }
        return Task.CompletedTask;
    }

    static (string, string)[] Above(string path)
    {
        var above = new List<(string, string)> { ("Metrics", Root + "/") };
        for (var slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
            above.Add((path[(path.LastIndexOf('/', slash - 1) + 1)..slash], Root + path[..slash]));
        return [.. above];
    }
}
