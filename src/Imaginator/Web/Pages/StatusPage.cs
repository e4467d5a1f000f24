using System.Globalization;
using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Parts;
using ImageSdk.Imaginator.Web.Requests;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>What is being built, and what came of the last builds.</summary>
static class StatusPage
{
    const int Shown = 20;

    public static async Task AnswerAsync(ImaginatorRequest request)
    {
        var (parts, now) = (request.Parts, request.Site.Time.GetUtcNow());
        var current = await parts.Jobs.ListCurrentAsync(null, request.Gone);
        var failed = (await ListAsync(parts, JobState.Failed, request.Gone)).Concat(await ListAsync(parts, JobState.Cancelled, request.Gone))
            .OrderByDescending(job => job.Id).Take(Shown).ToList();
        var good = await ListAsync(parts, JobState.Succeeded, request.Gone);
        if (request.Choose(OutputKind.Html, OutputKind.Json) == OutputKind.Json)
        {
            await request.WriteJsonAsync(json => Write(json, parts, current, failed, good));
            return;
        }
        await request.WriteHtmlAsync("imaginator status page", "/", async html =>
        {
            html.Element("h1", "Status").Element("p", await request.Site.HostName, ("class", "lead"));
            WriteNotices(html, parts, now);
            using (html.Open("ul", ("class", "figures")))
            {
                Figure(html, "Streams", parts.Streams.List().Count, "/showImageStreams");
                Figure(html, "Stream patterns", parts.StreamsFile.Current.Patterns.Count, "/showImageStreams");
                Figure(html, "Builds going on", current.Count(job => job.State.IsLeased()), null);
                Figure(html, "Builds waiting", current.Count(job => job.State == JobState.Queued), null);
            }
            Section(html, "current", "Going on", () => html.Jobs(current, now, "Nothing is being built."));
            Section(html, "failed", "Failed or cancelled", () => html.Jobs(failed, now, "No build has failed."));
            Section(html, "good", "Built", () => html.Jobs(good, now, "No build has succeeded yet."));
            WriteCycle(html, parts, now);
            WriteFolders(html, parts);
            Section(html, "more", "More", () =>
            {
                using var _ = html.Open("dl", ("class", "facts"));
                html.Term("Image server", () => html.ForeignLink($"http://{parts.Server.Address}/"));
                html.Term("Relationships", () => html.Element("a", "what is built on what", ("href", "/showDirectedGraph")));
                html.Term("Workers", () => html.Element("a", "machines that build", ("href", "/showWorkers")), parts.Options.BuildRunner != Options.BuildRunnerKind.Local);
                html.Term("All builds", () => html.Element("a", "as jobs, with those that wait or were cancelled", ("href", "/showBuilds")));
                html.Term("Archive", () => html.Element("a", "logs of builds", ("href", "/showBuildLogArchive")), parts.Archive.IsOn);
            });
        });
    }

    static Task<IReadOnlyList<Job>> ListAsync(ImaginatorParts parts, JobState state, CancellationToken gone) =>
        parts.Jobs.ListAsync(state, Shown, gone);

    static void WriteNotices(HtmlWriter html, ImaginatorParts parts, DateTimeOffset now)
    {
        if (parts.Switches.RequestsDisabledUntil is { } requests)
            Banner(html, "archive", "Builds on request are disabled.", $"Until {PageElements.Distance(requests, now)}.");
        if (parts.Switches.AutomaticDisabledUntil is { } automatic)
            Banner(html, "archive", "Automatic builds are disabled.", $"Until {PageElements.Distance(automatic, now)}; images are kept for longer instead.");
        if (parts.StreamsFile.Problem is { } problem)
            Banner(html, "danger", "The streams file cannot be used as it is.", problem.ToLine());
        foreach (var state in parts.Folders.States.Where(state => state.Problem.Length > 0 || state.Warning.Length > 0))
            Banner(html, "danger", $"The folder {state.Folder.Name} is not kept within its quota.", state.Problem.Length > 0 ? state.Problem : state.Warning);
        if (parts.StreamsFile.Problem is null && parts.StreamsFile.LoadedAt is null)
            Banner(html, "danger", "The streams file has not been read yet.", parts.StreamsFile.Name);
    }

    static void WriteCycle(HtmlWriter html, ImaginatorParts parts, DateTimeOffset now) => Section(html, "automatic", "Automatic builds", () =>
    {
        using (html.Open("dl", ("class", "facts")))
        {
            html.Term("Streams", string.Join(", ", parts.Main.ImageStreamsToAutoRebuild) is { Length: > 0 } streams ? streams : "none");
            html.Term("Last cycle", () => html.Time(parts.Automatic.Cycle!.BegunAt, now), parts.Automatic.Cycle is not null);
            html.Term("Next cycle", () => html.Time(parts.Automatic.NextAt!.Value, now), parts.Automatic.NextAt is not null);
        }
        if (parts.Automatic.Cycle is not { Results.Count: > 0 } cycle)
            return;
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Stream", null), ("Result", null), ("Image", null), ("Changed source", null), ("Failure", null));
        using var __ = html.Open("tbody");
        foreach (var result in cycle.Results)
            using (html.Open("tr"))
            {
                html.Element("th", result.Stream, ("scope", "row"), ("class", "name"));
                html.Cell("Result", result.IsExtended ? "kept for longer" : result.Failure.Length > 0 ? "failed" : "built", null);
                html.Cell("Image", result.Image, null);
                html.Cell("Changed source", result.Follows, null);
                html.Cell("Failure", result.Failure, null);
            }
    });

    static void WriteFolders(HtmlWriter html, ImaginatorParts parts) => Section(html, "folders", "Folders of the state directory", () =>
    {
        using var _ = html.Open("table", ("class", "cards"));
        html.Columns(("Folder", null), ("Size", "number"), ("Quota", "number"), ("Removed since the start", "number"), ("Flag", null));
        using var __ = html.Open("tbody");
        foreach (var state in parts.Folders.States)
            using (html.Open("tr"))
            {
                html.Element("th", state.Folder.Name, ("scope", "row"), ("class", "name"), ("title", state.Folder.Holds));
                html.Cell("Size", HumanSize.Format(state.Size), "number");
                html.Cell("Quota", HumanSize.Format(state.Folder.Limits.Quota), "number");
                html.Cell("Removed since the start", HumanSize.Format(state.Removed), "number");
                html.Cell("Flag", $"-{state.Folder.Flag}", null);
            }
    });

    static void Section(HtmlWriter html, string id, string title, Action write)
    {
        using var _ = html.Open("section", ("aria-labelledby", id));
        html.Element("h2", title, ("id", id));
        write();
    }

    static void Banner(HtmlWriter html, string kind, string title, string text)
    {
        using var _ = html.Open("p", ("class", $"banner {kind}"), ("role", "note"));
        html.Element("strong", title).Text(" ").Text(text);
    }

    static void Figure(HtmlWriter html, string name, long number, string? path)
    {
        using var _ = html.Open("li");
        using var __ = path is null ? html.Open("div") : html.Open("a", ("href", path));
        html.Element("span", number.ToString("N0", CultureInfo.InvariantCulture), ("class", "amount")).Text(" ").Element("span", name);
    }

    static void Write(Utf8JsonWriter json, ImaginatorParts parts, IReadOnlyList<Job> current, IReadOnlyList<Job> failed, IReadOnlyList<Job> good)
    {
        json.WriteStartObject();
        json.WriteNumber("streams", parts.Streams.List().Count);
        json.WriteNumber("patterns", parts.StreamsFile.Current.Patterns.Count);
        json.WriteString("streamsProblem", parts.StreamsFile.Problem?.ToLine());
        WriteTime("requestsDisabledUntil", parts.Switches.RequestsDisabledUntil);
        WriteTime("automaticDisabledUntil", parts.Switches.AutomaticDisabledUntil);
        json.WriteStartArray("folders");
        foreach (var state in parts.Folders.States)
        {
            json.WriteStartObject();
            json.WriteString("name", state.Folder.Name);
            json.WriteString("holds", state.Folder.Holds);
            json.WriteString("flag", state.Folder.Flag);
            json.WriteNumber("size", state.Size);
            json.WriteNumber("quota", state.Folder.Limits.Quota);
            json.WriteNumber("removed", state.Removed);
            json.WriteString("problem", state.Problem.Length > 0 ? state.Problem : state.Warning);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteJobs("current", current);
        WriteJobs("failed", failed);
        WriteJobs("succeeded", good);
        json.WriteEndObject();

        void WriteTime(string name, DateTimeOffset? at)
        {
            if (at is { } time)
                json.WriteString(name, time);
        }

        void WriteJobs(string name, IReadOnlyList<Job> jobs)
        {
            json.WriteStartArray(name);
            foreach (var job in jobs)
                json.Job(job);
            json.WriteEndArray();
        }
    }
}
