using System.Globalization;
using System.Text;
using ImageSdk.Hosting.Connections;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Builds;
using ImageSdk.ImageBuilder.Parts;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageBuilder.Web.Requests;

/// <summary>A request to the image builder's web server.</summary>
sealed class ImageBuilderRequest(HttpContext http, ImageBuilderSite site, IEnumerable<string> parameters) : PageRequest(http, site, parameters)
{
    readonly HttpContext http = http;

    public ImageBuilderParts Parts => site.Parts;

    /// <summary>Whether the asker may change something: everybody where the daemon has no TLS, and those with a certificate where it has.</summary>
    public bool MayChange => Site.IsInsecure || http.Features.Get<CertifiedUser>() is not null;

    /// <summary>Of a list that goes on: the last number of the page before; null for the first page.</summary>
    public long? Before => Query["before"] is { Length: > 0 } text ? Number("before", text) : null;

    /// <summary>The request that the query names.</summary>
    /// <exception cref="PageFault">There is none.</exception>
    public Task<Job> FindAsync() => FindAsync(Number("id", Query["id"]));

    /// <exception cref="PageFault">There is none.</exception>
    public async Task<Job> FindAsync(long id) => await Parts.Builds.FindAsync(id, Gone)
        ?? throw new PageFault(404, "IMG7410", "Unknown request", $"There is no request {id}, or it was long ago.");

    /// <exception cref="PageFault">The asker may change nothing.</exception>
    public void RequireChange()
    {
        if (IsFromOtherSite)
            throw PageFault.OtherSite();
        if (!MayChange)
            throw PageFault.NeedsCertificate(Host);
    }

    /// <exception cref="PageFault">It is over already.</exception>
    public async Task<Job> CancelAsync(Job job)
    {
        var after = await Parts.Builds.CancelAsync(job, "cancelled on request", CancellationToken.None) ?? job;
        return after.State is JobState.Succeeded or JobState.Failed
            ? throw new PageFault(409, "IMG7411", "Too late", $"Request {job.Id} is over already.")
            : after;
    }

    /// <summary>Answers with the lines of a request's log as they come (server-sent events); the identity of each says where the next begins.</summary>
    public Task WriteLogEventsAsync(Job job) => WriteEventsAsync(ReadAsync(job.Id, Number("Last-Event-ID", LastEventId ?? "0")));

    async IAsyncEnumerable<(string?, string)> ReadAsync(long id, long from)
    {
        await foreach (var (end, line) in JobLogLines.ReadAsync(Parts.Queue, id, from, follow: true, Gone))
            yield return (end.ToString(CultureInfo.InvariantCulture), Encoding.UTF8.GetString(line).TrimEnd('\n'));
    }

    static long Number(string name, string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw PageFault.BadParameter($"{name}={text}: expected a whole number.");
}
