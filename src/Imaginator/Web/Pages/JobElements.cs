using System.Globalization;
using System.Text.Json;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Images;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Engine;
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
    /// <param name="ofOneStream">Whether they differ by their numbers, not by their streams.</param>
    public static void Jobs(this HtmlWriter html, IReadOnlyList<Job> jobs, DateTimeOffset now, string nothing, bool ofOneStream = false)
    {
        if (jobs.Count == 0)
        {
            html.Nothing(nothing);
            return;
        }
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns((ofOneStream ? "Build" : "Stream", null), ("State", null), ("For", null), ("Begun", null), ("Took", null), ("Result", null));
        using var __ = html.Open("tbody");
        foreach (var job in jobs)
        {
            var order = job.ReadOrder();
            using (html.Open("tr"))
            {
                using (html.Open("th", ("scope", "row"), ("class", "name")))
                    html.Element("a", ofOneStream ? $"build {job.Id}" : order.Stream, ("href", ofOneStream ? PathOf(job) : new PageLink("/showImageStream", order.Stream).ToString()));
                using (html.Cell("State"))
                    html.State(job);
                html.Cell("For", job.RequestorText(), "word");
                using (html.Cell("Begun"))
                    html.Time(job.Started ?? job.Submitted, now);
                using (html.Cell("Took", "word"))
                    html.Took(job);
                using (html.Cell("Result", "side"))
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
        if (job.Result is { } given && BuildOutcome.Read(given).Stages is { } stages)
        {
            json.WriteStartArray("stages");
            foreach (var stage in stages)
            {
                json.WriteStartObject();
                json.WriteString("stage", stage.Stage);
                json.WriteString("result", stage.Result.ToString());
                json.WriteNumber("seconds", stage.Milliseconds / 1000.0);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        if (job.Started is { } begun)
            json.WriteString("begun", begun);
        if (job.Finished is { } ended)
            json.WriteString("ended", ended);
        json.WriteEndObject();
    }

    /// <summary>How long a build took, and what of it came from the cache.</summary>
    public static void Took(this HtmlWriter html, Job job)
    {
        if (!job.State.IsFinal() || job.Elapsed is not { } elapsed)
            return;
        html.Text(HumanDuration.Format(elapsed));
        if (job.Result is { } result && BuildOutcome.Read(result).Stages is { } stages)
            html.Text(" ").Element("span", BuiltStage.Summarize(stages), ("class", "quiet"));
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
