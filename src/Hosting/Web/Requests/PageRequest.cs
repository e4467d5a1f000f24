using System.Net.Mime;
using System.Text;
using System.Text.Json;
using ImageSdk.Hosting.Connections;
using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Web.Html;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ImageSdk.Hosting.Web.Requests;

/// <summary>A request for a page, and the ways to answer it.</summary>
public class PageRequest
{
    // Bytes that are collected before they are sent.
    const int Portion = 1 << 15;

    const string OutputParameter = "output";

    readonly HttpContext http;

    /// <param name="parameters">Of the page, besides "output".</param>
    public PageRequest(HttpContext http, DaemonSite site, IEnumerable<string> parameters)
    {
        this.http = http;
        Site = site;
        Query = new PageQuery(http.Request.QueryString.Value ?? "", new HashSet<string>(parameters) { OutputParameter + "=" });
    }

    public DaemonSite Site { get; }

    public PageQuery Query { get; }

    public string Path => http.Request.Path.Value ?? "/";

    public HttpResponse Response => http.Response;

    /// <summary>The asker has gone.</summary>
    public CancellationToken Gone => http.RequestAborted;

    /// <summary>Whether the asker gets what is open to all up to some strictness: those with a certificate get everything.</summary>
    public bool IsOpen(PageAccess strictest) => Site.Options.PageAccess <= strictest || http.Features.Get<CertifiedUser>() is not null;

    /// <summary>Who asks, to a method of SRPC, where a page does what the method does.</summary>
    /// <returns>Null for those to whom the method is closed.</returns>
    public SrpcCaller? FindCaller(string method) => Site.Srpc.FindCaller(method, http.Features.Get<CertifiedUser>()?.Peer);

    /// <summary>
    /// Whether a page of another site has the browser ask, which shows its user's certificate for any site. Programs send no origin.
    /// </summary>
    public bool IsFromOtherSite =>
        http.Request.Headers.Origin is [{ } origin, ..] && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority == Host)
        || http.Request.Headers["Sec-Fetch-Site"] is [{ } site, ..] && site is not ("same-origin" or "none");

    /// <summary>What the page is wanted as: by "output", else by the Accept header.</summary>
    /// <exception cref="PageFault">It cannot be had as that.</exception>
    public OutputKind Choose(params ReadOnlySpan<OutputKind> possible)
    {
        if (Query[OutputParameter] is not { } wanted)
            return possible.Contains(OutputKind.Json) && PrefersJson ? OutputKind.Json : possible[0];
        foreach (var kind in possible)
        {
            if (wanted.Equals(kind.ToString(), StringComparison.OrdinalIgnoreCase))
                return kind;
        }
        throw PageFault.BadParameter(
            $"output={wanted}: this page can be had as {string.Join(" or ", possible.ToArray().Select(kind => kind.ToString().ToLowerInvariant()))}.");
    }

    /// <summary>Whether a type is asked for by name, before HTML or as much as it.</summary>
    public bool Prefers(string type)
    {
        var accepted = http.Request.GetTypedHeaders().Accept;
        return Quality(type) is > 0 and var quality && quality >= Quality(MediaTypeNames.Text.Html);

        double Quality(string name) => accepted.Where(media => media.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(media => media.Quality ?? 1).DefaultIfEmpty(0).Max();
    }

    /// <summary>Whether a certain version of a type is asked for, as Prometheus does.</summary>
    public bool AcceptsVersioned(string type) => http.Request.GetTypedHeaders().Accept
        .Any(media => media.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase) && media.Parameters.Any(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase)));

    /// <summary>With its question mark, or empty.</summary>
    public string QueryText => http.Request.QueryString.Value ?? "";

    /// <summary>Whether errors go out as JSON.</summary>
    public bool WantsJson => Query[OutputParameter] is { } wanted ? wanted == "json" : PrefersJson;

    /// <summary>Whether the query says what the page is wanted as.</summary>
    public bool IsOutputNamed => Query.Has(OutputParameter);

    /// <summary>Whether errors go out as text.</summary>
    public bool WantsText => Query[OutputParameter] == "text";

    /// <summary>host:port as the asker wrote it.</summary>
    public string Host => http.Request.Host.Value is { Length: > 0 } host ? host : "localhost";

    /// <summary>A variable part of the path.</summary>
    public string RouteValue(string name) => http.Request.RouteValues[name] as string ?? "";

    /// <summary>Ends the connection, so that a part is not taken for the whole.</summary>
    public void Abort() => http.Abort();

    /// <summary>Sends the asker elsewhere.</summary>
    public Task RedirectAsync(string path, bool isPermanent)
    {
        Response.Redirect(path, isPermanent);
        return Task.CompletedTask;
    }

    /// <summary>Sends the asker to a page that shows what came of a change.</summary>
    public void SeeOther(string path)
    {
        Response.StatusCode = StatusCodes.Status303SeeOther;
        Response.Headers.Location = path;
    }

    bool PrefersJson => Prefers(MediaTypeNames.Application.Json);

    /// <summary>Answers with a page of the site.</summary>
    public async Task WriteHtmlAsync(string title, string section, Func<HtmlWriter, Task> write)
    {
        Begin(MediaTypeNames.Text.Html);
        var html = new HtmlWriter(Response.BodyWriter);
        await PageFrame.WriteAsync(html, Site, title, section, write);
        await html.EndAsync(Gone);
    }

    /// <summary>Answers with text, which is written line by line.</summary>
    public Task WriteTextAsync(IEnumerable<string> lines, string type = MediaTypeNames.Text.Plain) =>
        WriteLinesAsync(lines.Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line + "\n")), type);

    /// <summary>Answers with text that need not be UTF-8; the lines come with their ends.</summary>
    public async Task WriteLinesAsync(IEnumerable<ReadOnlyMemory<byte>> lines, string type = MediaTypeNames.Text.Plain)
    {
        Begin(type);
        var output = Response.BodyWriter;
        foreach (var line in lines)
        {
            line.CopyTo(output.GetMemory(line.Length));
            output.Advance(line.Length);
            if (output.UnflushedBytes >= Portion)
                await output.SendAsync(Gone);
        }
        await output.SendAsync(Gone);
    }

    /// <summary>Answers with what is made already.</summary>
    /// <param name="output">Text or JSON.</param>
    public async Task WriteBytesAsync(OutputKind output, ReadOnlyMemory<byte> bytes)
    {
        Begin(output == OutputKind.Json ? MediaTypeNames.Application.Json : MediaTypeNames.Text.Plain);
        await Response.BodyWriter.WriteAsync(bytes, Gone);
    }

    /// <summary>Answers with JSON.</summary>
    public async Task WriteJsonAsync(Func<JsonStream, Task> write, string type = MediaTypeNames.Application.Json, int indent = 2)
    {
        Begin(type);
        var json = new JsonStream(Response.BodyWriter, indent, Gone);
        await write(json);
        await json.EndAsync();
    }

    /// <summary>Answers with a stream of events (server-sent events), which ends with the source or the asker.</summary>
    /// <param name="events">The data of each, of any number of lines, with an identity by which the asker may go on later; null for none.</param>
    public Task WriteEventsAsync(IAsyncEnumerable<(string? Id, string Data)> events) => EventStream.WriteAsync(Response, events, Site.Time, Gone);

    /// <summary>The identity of the last event that the asker has got, where it comes back; null otherwise.</summary>
    public string? LastEventId => http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } id] ? id : null;

    /// <summary>Answers with JSON that is short.</summary>
    public Task WriteJsonAsync(Action<Utf8JsonWriter> write) => WriteJsonAsync(json =>
    {
        write(json.Writer);
        return Task.CompletedTask;
    });

    void Begin(string type)
    {
        Response.ContentType = type.StartsWith("text/", StringComparison.Ordinal) && !type.Contains(';') ? $"{type}; charset=utf-8" : type;
        Response.Headers.Vary = HeaderNames.Accept;
    }
}
