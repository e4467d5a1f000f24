using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.Hosting.Web.Requests;

/// <summary>Server-sent events (HTML standard, section 9.2): what grows, such as a log, as browsers and curl follow it.</summary>
public static class EventStream
{
    /// <summary>A comment after so long without an event, so that proxies do not take the connection for dead and a reader who left is noticed.</summary>
    static readonly TimeSpan quiet = TimeSpan.FromSeconds(15);

    /// <summary>Answers with events as they come, and one named "end" behind them.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="events">Each with what a reader who comes again gives as <c>Last-Event-ID</c>.</param>
    /// <param name="time">The clock that paces comments.</param>
    /// <param name="gone">The reader has left.</param>
    public static async Task WriteAsync(HttpResponse response, IAsyncEnumerable<(string? Id, string Data)> events, TimeProvider time, CancellationToken gone)
    {
        response.ContentType = MediaTypeNames.Text.EventStream;
        response.Headers.CacheControl = "no-store";
        // nginx collects answers otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
        await response.Body.FlushAsync(gone);
        await using var source = events.GetAsyncEnumerator(gone);
        var next = source.MoveNextAsync().AsTask();
        while (true)
        {
            if (await Task.WhenAny(next, Task.Delay(quiet, time, gone)) != next)
            {
                await WriteAsync(response, ":\n\n", gone);
                continue;
            }
            if (!await next)
                break;
            await WriteAsync(response, Format(source.Current), gone);
            next = source.MoveNextAsync().AsTask();
        }
        // Browsers ask again for what ends without a word.
        await WriteAsync(response, "event: end\ndata:\n\n", gone);
    }

    static async Task WriteAsync(HttpResponse response, string text, CancellationToken gone)
    {
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), gone);
        await response.Body.FlushAsync(gone);
    }

    /// <summary>Each line of the data in a field of its own; all three kinds of line ends end one.</summary>
    internal static string Format((string? Id, string Data) entry)
    {
        var text = new StringBuilder();
        if (entry.Id is not null)
            text.Append("id: ").Append(entry.Id).Append('\n');
        foreach (var line in entry.Data.ReplaceLineEndings("\n").Split('\n'))
            text.Append("data: ").Append(line).Append('\n');
        return text.Append('\n').ToString();
    }
}
