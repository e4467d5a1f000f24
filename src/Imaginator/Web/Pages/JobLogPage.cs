using System.Globalization;
using System.Text;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Web.Requests;
using ImageSdk.Jobs;

namespace ImageSdk.Imaginator.Web.Pages;

/// <summary>The log of a stream's build, as it grows.</summary>
static class JobLogPage
{
    public static Task AnswerCurrentAsync(ImaginatorRequest request) => AnswerAsync(request, job => !job.State.IsFinal());

    public static Task AnswerLastAsync(ImaginatorRequest request) => AnswerAsync(request, job => job.State.IsFinal());

    /// <summary>The lines of a job's log, as server-sent events; the identity of each says where the next begins.</summary>
    public static Task FollowAsync(ImaginatorRequest request) =>
        request.WriteEventsAsync(ReadAsync(request, Number("id", request.Query["id"]), Number("Last-Event-ID", request.LastEventId ?? "0")));

    static async Task AnswerAsync(ImaginatorRequest request, Func<Job, bool> isMeant)
    {
        var job = (await request.Parts.Jobs.ListAsync(null, 1000, request.Gone)).FirstOrDefault(job => isMeant(job) && job.ReadOrder().Stream == request.Name)
            ?? throw PageFault.UnknownLog($"There is no such build of {request.Name}.");
        if (request.Choose(OutputKind.Html, OutputKind.Text) == OutputKind.Text)
        {
            var lines = new List<string>();
            await foreach (var (_, line) in LinesAsync(request, job.Id, 0, follow: false))
                lines.Add(line);
            await request.WriteTextAsync(lines);
            return;
        }
        await request.WriteHtmlAsync($"imaginator: log of {request.Name}", "/", html =>
        {
            html.Trail("log", ("Streams", "/showImageStreams"), (request.Name, new PageLink("/showImageStream", request.Name).ToString()));
            html.Element("h1", request.Name);
            using (html.Open("p", ("class", "lead")))
            {
                html.State(job);
                html.Text(" ").Text(job.State == JobState.Succeeded ? "" : job.Failure ?? "");
            }
            html.Element("pre", "", ("class", "log"), ("tabindex", "0"), ("data-follow", new PageLink("/followBuildLog").With("id", job.Id.ToString(CultureInfo.InvariantCulture)).ToString()), ("aria-live", "off"));
            using (html.Open("noscript"))
                html.Element("p", "Without scripts: add &output=text to the address.", ("class", "nothing"));
            return Task.CompletedTask;
        });
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
