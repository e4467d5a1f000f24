using System.Globalization;
using System.Text;
using ImageSdk.Building.Reporting;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Web.Requests;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>A build: what it is, its log as it grows, and its end before its time.</summary>
static class BuildPage
{
    public static async Task AnswerAsync(ImaginatorRequest request) => await AnswerAsync(request, await FindAsync(request));

    /// <summary>The newest build of a stream that is not over.</summary>
    public static async Task AnswerCurrentAsync(ImaginatorRequest request) =>
        await AnswerAsync(request, (await request.Parts.Jobs.ListCurrentAsync(request.Name, request.Gone)).FirstOrDefault() ?? throw NoBuild(request));

    /// <summary>The newest build of a stream that is over.</summary>
    public static async Task AnswerLastAsync(ImaginatorRequest request)
    {
        Job? last = null;
        foreach (var state in new[] { JobState.Succeeded, JobState.Failed, JobState.Cancelled })
            if (await request.Parts.Jobs.ListAsync(new() { State = state, Subject = request.Name, Limit = 1 }, request.Gone) is [var job] && !(job.Id < last?.Id))
                last = job;
        await AnswerAsync(request, last ?? throw NoBuild(request));
    }

    /// <summary>Ends a build before its time.</summary>
    public static async Task CancelAsync(ImaginatorRequest request)
    {
        var caller = request.FindCaller(BuildCancellation.Method) ?? throw PageFault.NeedsCertificate(request.Host);
        var job = await FindAsync(request);
        try
        {
            job = await request.Parts.Cancellation.CancelAsync(job, caller, request.Gone);
        }
        catch (BuildRefusedException refusal)
        {
            throw new PageFault(403, "IMG7382", "Not allowed", $"{refusal.Message}: those may who have asked for it, who may build the stream, or whose certificate permits {BuildCancellation.Method}.");
        }
        if (job.State is JobState.Succeeded or JobState.Failed)
            throw new PageFault(409, "IMG7383", "Too late", $"Build {job.Id} is over already.");
        if (request.WantsJson)
            await request.WriteJsonAsync(json => json.Job(job));
        else
            request.SeeOther(JobElements.PathOf(job));
    }

    /// <summary>The lines of a job's log, as server-sent events; the identity of each says where the next begins.</summary>
    public static async Task FollowAsync(ImaginatorRequest request)
    {
        var job = await FindAsync(request);
        await request.WriteEventsAsync(ReadAsync(request, job.Id, Number("Last-Event-ID", request.LastEventId ?? "0")));
    }

    static PageFault NoBuild(ImaginatorRequest request) => PageFault.UnknownLog($"There is no such build of {request.Name}.");

    static async Task<Job> FindAsync(ImaginatorRequest request)
    {
        var id = Number("id", request.Query["id"]);
        return await request.Parts.Jobs.FindAsync(id, request.Gone)
            ?? throw new PageFault(404, "IMG7380", "Unknown build", $"There is no build {id}, or it was long ago; the pages of streams list those that are known.");
    }

    static async Task AnswerAsync(ImaginatorRequest request, Job job)
    {
        switch (request.Choose(OutputKind.Html, OutputKind.Text, OutputKind.Json))
        {
            case OutputKind.Text:
                var lines = new List<string>();
                await foreach (var (_, line) in LinesAsync(request, job.Id, 0, follow: false))
                    lines.Add(line);
                await request.WriteTextAsync(lines);
                return;
            case OutputKind.Json:
                await request.WriteJsonAsync(json => json.Job(job));
                return;
        }
        var order = job.ReadOrder();
        await request.WriteHtmlAsync($"imaginator: build of {order.Stream}", "/", html =>
        {
            html.Trail($"build {job.Id}", ("Streams", "/showImageStreams"), (order.Stream, new PageLink("/showImageStream", order.Stream).ToString()));
            html.Element("h1", order.Stream);
            using (html.Open("p", ("class", "lead")))
            {
                html.State(job);
                html.Text(" ").Text(job.State == JobState.Succeeded ? "" : job.Failure ?? "");
            }
            WriteCancel(html, request, job);
            WriteFacts(html, request, job);
            WriteStages(html, job);
            using var _ = html.Open("section", ("aria-labelledby", "log"));
            html.Element("h2", "Log", ("id", "log"));
            html.Element("pre", "", ("class", "log"), ("tabindex", "0"), ("data-follow", new PageLink("/followBuildLog").With("id", job.Id.ToString(CultureInfo.InvariantCulture)).ToString()), ("aria-live", "off"));
            using (html.Open("noscript"))
                html.Element("p", "Without scripts: add &output=text to the address.", ("class", "nothing"));
            return Task.CompletedTask;
        });
    }

    static void WriteStages(HtmlWriter html, Job job)
    {
        if (job.Result is not { } result || BuildOutcome.Read(result).Stages?.Where(stage => stage.Result != StageResult.Nothing).ToList() is not { Count: > 0 } stages)
            return;
        using var _ = html.Open("section", ("aria-labelledby", "stages"));
        html.Element("h2", "Stages", ("id", "stages"));
        using var __ = html.Open("table", ("class", "cards"));
        html.Columns(("Stage", null), ("Result", null), ("Took", "number"));
        using var ___ = html.Open("tbody");
        foreach (var stage in stages)
            using (html.Open("tr"))
            {
                html.Element("th", stage.Stage, ("scope", "row"), ("class", "name"));
                using (html.Cell("Result"))
                    html.Element("span", stage.Result == StageResult.Cached ? "from the cache" : "run", ("class", stage.Result == StageResult.Cached ? "badge" : "badge changed"));
                html.Cell("Took", HumanDuration.Format(TimeSpan.FromMilliseconds(stage.Milliseconds)), "number");
            }
    }

    static void WriteCancel(HtmlWriter html, ImaginatorRequest request, Job job)
    {
        if (job.State.IsFinal() || job.State == JobState.Cancelling || request.FindCaller(BuildCancellation.Method) is not { } caller || !request.Parts.Cancellation.IsOpenTo(job.ReadOrder(), caller))
            return;
        using var _ = html.Open("form", ("method", "post"), ("class", "change"), ("action", new PageLink("/cancelBuild").With("id", job.Id.ToString(CultureInfo.InvariantCulture)).ToString()));
        html.Element("button", "Cancel this build", ("class", "danger"));
    }

    static void WriteFacts(HtmlWriter html, ImaginatorRequest request, Job job)
    {
        var (order, now) = (job.ReadOrder(), request.Site.Time.GetUtcNow());
        using var _ = html.Open("dl", ("class", "facts"));
        html.Term("For", job.RequestorText());
        html.Term("Git branch", order.GitBranch);
        html.Term("Asked for", () => html.Time(job.Submitted, now));
        html.Term("Begun", () => html.Time(job.Started!.Value, now), job.Started is not null);
        html.Term("Took", () => html.Took(job), job.Elapsed is not null && job.State.IsFinal());
        var image = job.Result is { } result ? BuildOutcome.Read(result).ImageName : "";
        html.Term("Image", () => html.ForeignLink(request.ImageUrl(image), image), image.Length > 0);
    }

    static async IAsyncEnumerable<(string?, string)> ReadAsync(ImaginatorRequest request, long id, long from)
    {
        await foreach (var (end, line) in LinesAsync(request, id, from, follow: true))
            yield return (end.ToString(CultureInfo.InvariantCulture), line);
    }

    /// <summary>Lines, each with where the next begins.</summary>
    static async IAsyncEnumerable<(long End, string Line)> LinesAsync(ImaginatorRequest request, long id, long from, bool follow)
    {
        var rest = new List<byte>();
        var at = from;
        await foreach (var chunk in request.Parts.Queue.LogAsync(id, from, follow, request.Gone))
        {
            rest.AddRange(chunk.Bytes.Span);
            while (rest.IndexOf((byte)'\n') is >= 0 and var end)
            {
                var line = Encoding.UTF8.GetString([.. rest[..end]]);
                rest.RemoveRange(0, end + 1);
                yield return (at += end + 1, line);
            }
        }
        if (rest.Count > 0)
            yield return (at + rest.Count, Encoding.UTF8.GetString([.. rest]));
    }

    static long Number(string name, string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw PageFault.BadParameter($"{name}={text}: expected a whole number.");
}
