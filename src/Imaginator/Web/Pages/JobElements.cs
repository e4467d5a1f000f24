using System.Globalization;
using System.Text.Json;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Running;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>Jobs as pages show them.</summary>
static class JobElements
{
    public static BuildOrder ReadOrder(this Job job) => BuildOrder.Read(job.Input);

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
                html.Cell("For", job.RequestorText(), null);
                using (html.Cell("Begun"))
                    html.Time(job.Started ?? job.Submitted, now);
                using (html.Cell("Result"))
                    WriteResult(html, job, order);
            }
            html.Line();
        }
    }

    /// <summary>A link to those before a full page of jobs.</summary>
    public static void Older(this HtmlWriter html, IReadOnlyList<Job> jobs, int limit, PageLink link)
    {
        if (jobs.Count < limit)
            return;
        using var _ = html.Open("nav", ("class", "pages"), ("aria-label", "Pages"));
        html.Element("a", "Older", ("href", link.With("before", jobs[^1].Id.ToString(CultureInfo.InvariantCulture)).ToString()), ("rel", "next"), ("class", "button"));
    }

    /// <summary>Whom a build is for.</summary>
    public static string RequestorText(this Job job) => job.ReadOrder() switch
    {
        { Source: not null } => "another stream",
        { User: null } => "automatic",
        { User: "" } => "anonymous",
        { User: var user } => user,
    };

    /// <summary>The page of a build.</summary>
    public static string PathOf(Job job) => new PageLink("/showBuild").With("id", job.Id.ToString(CultureInfo.InvariantCulture)).ToString();

    /// <summary>A build as JSON.</summary>
    public static void Job(this Utf8JsonWriter json, Job job)
    {
        var order = job.ReadOrder();
        json.WriteStartObject();
        json.WriteNumber("id", job.Id);
        json.WriteString("stream", order.Stream);
        json.WriteString("state", job.State.ToString());
        json.WriteString("user", order.User);
        json.WriteString("failure", job.State == JobState.Succeeded ? null : job.Failure);
        json.WriteString("image", job.Result is { } result ? BuildOutcome.Read(result).ImageName : null);
        if (job.Started is { } begun)
            json.WriteString("begun", begun);
        if (job.Finished is { } ended)
            json.WriteString("ended", ended);
        json.WriteEndObject();
    }

    static void WriteResult(HtmlWriter html, Job job, BuildOrder order)
    {
        if (job.Failure is { } failure && job.State != JobState.Succeeded)
            html.Text(failure.Length > 200 ? failure[..200] + "…" : failure).Text(" ");
        else if (job.Result is { } result)
            html.Text(BuildOutcome.Read(result).ImageName).Text(" ");
        html.Element("a", "log", ("href", PathOf(job)));
    }
}
