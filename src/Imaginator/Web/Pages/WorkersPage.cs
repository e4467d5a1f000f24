using System.Globalization;
using System.Text.Json;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Web.Requests;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>The machines that build, and builds that wait for one.</summary>
static class WorkersPage
{
    public static async Task AnswerAsync(ImaginatorRequest request)
    {
        var (queue, now) = (request.Parts.Queue, request.Site.Time.GetUtcNow());
        var workers = await queue.WorkersAsync(request.Gone);
        var waiting = await queue.ListAsync(new() { Kind = EngineJob.Kind, State = JobState.Queued, Limit = 1000 }, request.Gone);
        if (request.Choose(OutputKind.Html, OutputKind.Json) == OutputKind.Json)
        {
            await request.WriteJsonAsync(json => Write(json, workers, waiting));
            return;
        }
        await request.WriteHtmlAsync("imaginator workers", "/showWorkers", html =>
        {
            html.Element("h1", "Workers").Element("p", PageElements.Count((ulong)workers.Count, "worker"), ("class", "lead"));
            if (workers.Count == 0)
                html.Nothing("No worker has registered. Start one: imaginator worker -help");
            else
                WriteWorkers(html, request, workers, now);
            using var _ = html.Open("section", ("aria-labelledby", "waiting"));
            html.Element("h2", "Builds that wait", ("id", "waiting"));
            if (waiting.Count == 0)
                html.Nothing("No build waits for a worker.");
            else
                WriteWaiting(html, workers, waiting, now);
            return Task.CompletedTask;
        });
    }

    static void WriteWorkers(HtmlWriter html, ImaginatorRequest request, IReadOnlyList<KnownWorker> workers, DateTimeOffset now)
    {
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Name", null), ("State", null), ("Architectures", null), ("Labels", null), ("Builds", null), ("Last heartbeat", null));
        using var __ = html.Open("tbody");
        foreach (var worker in workers)
            using (html.Open("tr"))
            {
                html.Element("th", worker.Profile.Name, ("scope", "row"), ("class", "name"));
                using (html.Cell("State"))
                {
                    var (text, badge) = StateOf(worker, now, request.Parts.Options.Jobs.LeaseTime);
                    html.Element("span", text, ("class", badge));
                }
                html.Cell("Architectures", string.Join(", ", worker.Profile.Architectures), null);
                html.Cell("Labels", string.Join(", ", worker.Profile.Labels), null);
                using (html.Cell("Builds"))
                {
                    html.Text(string.Create(CultureInfo.InvariantCulture, $"{worker.Running.Count} of {worker.Slots} "));
                    foreach (var stream in worker.Running.Select(job => job.ReadOrder().Stream))
                        html.Element("a", stream, ("href", new PageLink("/showCurrentBuildLog", stream).ToString())).Text(" ");
                }
                using (html.Cell("Last heartbeat"))
                    html.Time(worker.Seen, now);
            }
    }

    static (string Text, string Badge) StateOf(KnownWorker worker, DateTimeOffset now, TimeSpan lease) => WorkerCounts.ConditionOf(worker, now, lease) switch
    {
        WorkerCondition.Silent => ("silent", "badge danger"),
        WorkerCondition.Draining => (worker.Running.Count > 0 ? "draining" : "drained", "badge changed"),
        _ => ("takes builds", "badge added"),
    };

    static void WriteWaiting(HtmlWriter html, IReadOnlyList<KnownWorker> workers, IReadOnlyList<Job> waiting, DateTimeOffset now)
    {
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Stream", null), ("Architecture", null), ("Labels", null), ("Since", null), ("Workers that can", null));
        using var __ = html.Open("tbody");
        foreach (var job in waiting)
            using (html.Open("tr"))
            {
                html.Element("th", job.ReadOrder().Stream, ("scope", "row"), ("class", "name"));
                html.Cell("Architecture", job.Architecture ?? "any", null);
                html.Cell("Labels", string.Join(", ", job.Labels), null);
                using (html.Cell("Since"))
                    html.Time(job.Submitted, now);
                html.Cell("Workers that can", workers.Count(worker => worker.CanDo(job)) is > 0 and var count ? count.ToString(CultureInfo.InvariantCulture) : "none is there", null);
            }
    }

    static void Write(Utf8JsonWriter json, IReadOnlyList<KnownWorker> workers, IReadOnlyList<Job> waiting)
    {
        json.WriteStartObject();
        json.WriteStartArray("workers");
        foreach (var worker in workers)
        {
            json.WriteStartObject();
            json.WriteString("name", worker.Profile.Name);
            WriteTexts("architectures", worker.Profile.Architectures);
            WriteTexts("labels", worker.Profile.Labels);
            json.WriteNumber("slots", worker.Slots);
            json.WriteBoolean("draining", worker.IsDraining);
            json.WriteString("heartbeat", worker.Seen);
            WriteTexts("builds", worker.Running.Select(job => job.ReadOrder().Stream));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteTexts("waiting", waiting.Select(job => job.ReadOrder().Stream));
        json.WriteEndObject();

        void WriteTexts(string name, IEnumerable<string> texts)
        {
            json.WriteStartArray(name);
            foreach (var text in texts)
                json.WriteStringValue(text);
            json.WriteEndArray();
        }
    }
}
