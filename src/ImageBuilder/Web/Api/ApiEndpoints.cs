using System.Globalization;
using System.Net.Mime;
using System.Text.Json;
using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Builds;
using ImageSdk.ImageBuilder.Requests;
using ImageSdk.ImageBuilder.Web.Requests;
using ImageSdk.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ImageSdk.ImageBuilder.Web.Api;

/// <summary>The REST interface. A slash at the end of a path makes no difference.</summary>
sealed class ApiEndpoints(ImageBuilderSite site)
{
    const string Root = "/api/v1";
    const string Builds = $"{Root}/build_image";
    const string Problem = "application/problem+json";

    /// <summary>Bytes of a request.</summary>
    const int MaximumBody = 1 << 20;

    /// <summary>Requests in the status.</summary>
    const int MostCurrent = 1000;

    public static string PathOf(long id) => string.Create(CultureInfo.InvariantCulture, $"{Builds}/{id}");

    public static void Map(WebApplication web, ImageBuilderSite site)
    {
        var api = new ApiEndpoints(site);
        web.MapGet($"{Root}/imagebuilder/status", (Delegate)api.StatusAsync).WithName("status").WithSummary("What the builder is doing, and which requests go on or wait")
            .Produces<StatusBody>();
        web.MapPost(Builds, (Delegate)api.BuildAsync).WithName("build_image").WithSummary("Asks for an image with further archives and packages")
            .Accepts<BuildImageRequest>(MediaTypeNames.Application.Json, ApiDocument.Anything)
            .Produces<RequestBody>(StatusCodes.Status202Accepted).Produces<ProblemBody>(400, Problem).Produces<ProblemBody>(403, Problem).Produces<ProblemBody>(413, Problem).Produces<ProblemBody>(415, Problem);
        web.MapGet($"{Builds}/{{id:long}}", api.FindAsync).WithName("build").WithSummary("A request, and what came of it")
            .Produces<RequestBody>().Produces<ProblemBody>(404, Problem);
        web.MapGet($"{Builds}/{{id:long}}/log", api.LogAsync).WithName("log").WithSummary("The log of a request: as text, or followed as server-sent events where they are asked for")
            .Produces<string>(200, MediaTypeNames.Text.Plain, MediaTypeNames.Text.EventStream).Produces<ProblemBody>(404, Problem);
        web.MapDelete($"{Builds}/{{id:long}}", api.CancelAsync).WithName("cancel").WithSummary("Takes a request back; its build ends where no other request shares it")
            .Produces<RequestBody>(StatusCodes.Status202Accepted).Produces<ProblemBody>(403, Problem).Produces<ProblemBody>(404, Problem).Produces<ProblemBody>(409, Problem);
        web.MapOpenApi("/openapi/{documentName}.json");
    }

    Task StatusAsync(HttpContext http) => AnswerAsync(http, PageAccess.WithoutLogs, async request =>
    {
        var counts = await request.Parts.Queue.CountAsync(request.Gone);
        var jobs = await RequestView.ListCurrentAsync(request.Parts.Queue, MostCurrent, request.Gone);
        await WriteAsync(http, 200, new StatusBody(
            "ok", ServerVersion.Text, request.Parts.Builds.Concurrency, new(Count(JobState.Queued), Count(JobState.Running) + Count(JobState.Cancelling)), [.. jobs.Select(RequestBody.Of)]));

        long Count(JobState state) => counts.Where(count => count.Kind == ImageBuilds.BuildKind && count.State == state).Sum(count => count.Count);
    });

    Task BuildAsync(HttpContext http) => AnswerAsync(http, PageAccess.Closed, async request =>
    {
        request.RequireChange();
        var read = await ReadAsync(http, request);
        if (read.Request is null)
        {
            await WriteAsync(http, 400, new ProblemBody(
                "Bad request", 400, string.Join("; ", read.Faults.Select(fault => fault.Field.Length > 0 ? $"{fault.Field}: {fault.Message}" : fault.Message)) + ".", "IMG7400",
                read.Faults.GroupBy(fault => fault.Field).ToDictionary(field => field.Key, field => field.Select(fault => fault.Message).ToArray())), Problem);
            return;
        }
        var job = await request.Parts.Builds.SubmitAsync(read.Request, read.Ignored, null, request.Gone);
        http.Response.Headers.Location = PathOf(job.Id);
        await WriteViewAsync(http, 202, request, job);
    });

    Task FindAsync(HttpContext http, long id) => AnswerAsync(http, PageAccess.WithoutLogs, async request => await WriteViewAsync(http, 200, request, await request.FindAsync(id)));

    Task LogAsync(HttpContext http, long id) => AnswerAsync(http, PageAccess.Open, async request =>
    {
        var job = await request.FindAsync(id);
        if (http.Request.GetTypedHeaders().Accept.Any(media => media.MediaType == MediaTypeNames.Text.EventStream) || request.LastEventId is not null)
        {
            await request.WriteLogEventsAsync(job);
            return;
        }
        http.Response.ContentType = "text/plain; charset=utf-8";
        await foreach (var chunk in request.Parts.Queue.LogAsync(id, follow: false, cancel: request.Gone))
            await http.Response.Body.WriteAsync(chunk.Bytes, request.Gone);
    });

    Task CancelAsync(HttpContext http, long id) => AnswerAsync(http, PageAccess.Closed, async request =>
    {
        request.RequireChange();
        await WriteViewAsync(http, 202, request, await request.CancelAsync(await request.FindAsync(id)));
    });

    static async Task<ReadRequest> ReadAsync(HttpContext http, ImageBuilderRequest request)
    {
        // Of a form, which any page may have a browser send, this is what tells it.
        if (!http.Request.HasJsonContentType())
            throw new PageFault(415, "IMG7412", "No JSON", "The request says that it is something else than JSON: send it with Content-Type: application/json.");
        var body = new MemoryStream();
        var part = new byte[1 << 14];
        for (int length; (length = await http.Request.Body.ReadAsync(part, request.Gone)) > 0; body.Write(part, 0, length))
            if (body.Length + length > MaximumBody)
                throw new PageFault(413, "IMG7413", "Too large", $"The request has more than {MaximumBody} bytes.");
        try
        {
            using var document = JsonDocument.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
            return request.Parts.Reader.Read(document.RootElement);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return new(null, [new("", $"it is no JSON: {problem.Message}")], []);
        }
    }

    static async Task WriteViewAsync(HttpContext http, int status, ImageBuilderRequest request, Job job) =>
        await WriteAsync(http, status, RequestBody.Of(await RequestView.OfAsync(request.Parts.Queue, job, request.Gone)));

    async Task AnswerAsync(HttpContext http, PageAccess strictest, Func<ImageBuilderRequest, Task> answer)
    {
        var request = new ImageBuilderRequest(http, site, []);
        try
        {
            if (!request.IsOpen(strictest))
                throw PageFault.NeedsCertificate(request.Host);
            await answer(request);
        }
        catch (PageFault fault)
        {
            await FailAsync(http, fault);
        }
        catch (Exception problem) when (http.RequestAborted.IsCancellationRequested || problem is OperationCanceledException)
        {
            // No one is there to be answered.
        }
        catch (JobException problem)
        {
            await FailAsync(http, new(503, problem.Code, "Jobs cannot be recorded", problem.Message));
        }
        catch (Exception problem)
        {
            site.Log.Write($"{http.Request.Path}: {problem}");
            await FailAsync(http, PageFault.Internal());
        }
    }

    static async Task FailAsync(HttpContext http, PageFault fault)
    {
        if (http.Response.HasStarted)
            http.Abort();
        else
            await WriteAsync(http, fault.Status, new ProblemBody(fault.Title, fault.Status, fault.Message, fault.Code), Problem);
    }

    static async Task WriteAsync<T>(HttpContext http, int status, T body, string type = MediaTypeNames.Application.Json)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, ApiDocument.Json), http.RequestAborted);
        await http.Response.Body.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
    }
}
