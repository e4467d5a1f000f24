using System.Text.Json;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>Jobs as pages show them.</summary>
static class JobElements
{
    public static BuildOrder ReadOrder(this Job job) => JsonSerializer.Deserialize<BuildOrder>(job.Input)!;

    public static void State(this HtmlWriter html, Job job) => html.Element("span", job.State switch
    {
        JobState.Succeeded => "built",
        JobState.Queued => "waiting",
        JobState.Running => "building",
        JobState.Cancelling => "being cancelled",
        var other => other.ToString().ToLowerInvariant(),
    }, ("class", job.State switch { JobState.Succeeded => "badge added", JobState.Failed => "badge danger", _ => "badge changed" }));

    /// <summary>A table of jobs, or a sentence where there are none.</summary>
    public static void Jobs(this HtmlWriter html, IReadOnlyList<Job> jobs, DateTimeOffset now, string nothing)
    {
        if (jobs.Count == 0)
        {
            html.Nothing(nothing);
            return;
        }
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Stream", null), ("State", null), ("For", null), ("Begun", null), ("Result", null));
        using var __ = html.Open("tbody");
        foreach (var job in jobs)
        {
            var order = job.ReadOrder();
            using (html.Open("tr"))
            {
                using (html.Open("th", ("scope", "row"), ("class", "name")))
                    html.Element("a", order.Stream, ("href", new PageLink("/showImageStream", order.Stream).ToString()));
                using (html.Cell("State"))
                    html.State(job);
                html.Cell("For", order.User ?? (order.Source is null ? "automatic" : "another stream"), null);
                using (html.Cell("Begun"))
                    html.Time(job.Started ?? job.Submitted, now);
                using (html.Cell("Result"))
                    WriteResult(html, job, order);
            }
            html.Line();
        }
    }

    static void WriteResult(HtmlWriter html, Job job, BuildOrder order)
    {
        if (job.Failure is { } failure && job.State != JobState.Succeeded)
            html.Text(failure.Length > 200 ? failure[..200] + "…" : failure).Text(" ");
        else if (job.Result is { } result)
            html.Text(BuildOutcome.Read(result).ImageName).Text(" ");
        html.Element("a", "log", ("href", new PageLink(job.State.IsFinal() ? "/showLastBuildLog" : "/showCurrentBuildLog", order.Stream).ToString()));
    }
}
