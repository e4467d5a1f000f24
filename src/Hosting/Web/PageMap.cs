using ImageSdk.Hosting.Options;
using ImageSdk.Hosting.Web.Pages;
using ImageSdk.Hosting.Web.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.Hosting.Web;

/// <summary>The paths that a daemon's web server answers; those that all daemons have are there already.</summary>
/// <typeparam name="TRequest">The daemon's own kind of request.</typeparam>
public sealed class PageMap<TRequest> where TRequest : PageRequest
{
    static readonly string[] reading = [HttpMethods.Get, HttpMethods.Head];
    static readonly string[] changing = [HttpMethods.Post];

    readonly WebApplication web;
    readonly DaemonSite site;
    readonly Func<HttpContext, IEnumerable<string>, TRequest> create;
    readonly Func<Exception, PageFault?> explain;

    /// <param name="web">What answers.</param>
    /// <param name="site">What the pages are about.</param>
    /// <param name="create">Makes a request of what came and the names of the page's parameters.</param>
    /// <param name="explain">Says what an exception of the daemon's own means to the asker; null for a mistake of ours.</param>
    public PageMap(WebApplication web, DaemonSite site, Func<HttpContext, IEnumerable<string>, TRequest> create, Func<Exception, PageFault?>? explain = null)
    {
        this.web = web;
        this.site = site;
        this.create = create;
        this.explain = explain ?? (_ => null);
        web.Use(AddHeaders);
        MapLog("/logs", LogsPage.AnswerAsync, LogsPage.Parameters);
        MapLog("/logs/{view}", LogsPage.AnswerViewAsync, LogsPage.Parameters);
        Map("/metrics/{**path}", MetricsPage.AnswerAsync, MetricsPage.Parameters);
        Map("/metricsapi/{**path}", MetricsPage.AnswerApiAsync, MetricsPage.Parameters);
        Map("/prometheus", MetricsPage.AnswerPrometheusAsync);
        MapOpen("/healthz", HealthPage.AnswerHealthAsync);
        MapOpen("/readiness", HealthPage.AnswerReadinessAsync);
        MapOpen("/assets/{name}", AssetPage.AnswerAsync, ["v="]);
        MapOpen("/_goSRPC_/listMethods", request => request.WriteTextAsync(site.Srpc.Methods));
        MapOpen("/_goSRPC_/listPublicMethods", request => request.WriteTextAsync(site.Srpc.PublicMethods));
        MapOpen("/_goSRPC_/getHostname", async request => await request.WriteTextAsync([await site.HostName]));
        SrpcEndpoints.Map(web, site);
        web.MapFallback(http => AnswerAsync(http, request => throw PageFault.NotFound(request.Path), [], reading));
    }

    /// <summary>A page that <c>-pageAccess=closed</c> closes.</summary>
    /// <param name="parameters">Of its query: "page=" for one with a value, "recentFirst" for a flag.</param>
    public void Map(string path, Func<TRequest, Task> answer, params string[] parameters) => MapFor(PageAccess.WithoutLogs, path, answer, parameters);

    /// <summary>A page with a log, which <c>-pageAccess=withoutLogs</c> closes.</summary>
    public void MapLog(string path, Func<TRequest, Task> answer, params string[] parameters) => MapFor(PageAccess.Open, path, answer, parameters);

    /// <summary>A page for supervision and tools, which is always open.</summary>
    public void MapOpen(string path, Func<TRequest, Task> answer, params string[] parameters) => MapFor(PageAccess.Closed, path, answer, parameters);

    /// <summary>A change (POST). What it is about stands in the query, and who may is for the answer to say.</summary>
    public void MapChange(string path, Func<TRequest, Task> answer, params string[] parameters) => web.Map(path, (RequestDelegate)(http => AnswerAsync(
        http, request => request.IsFromOtherSite ? throw PageFault.OtherSite() : answer(request), parameters, changing)));

    void MapFor(PageAccess strictest, string path, Func<TRequest, Task> answer, string[] parameters) => web.Map(path, (RequestDelegate)(http => AnswerAsync(
        http, request => request.IsOpen(strictest) ? answer(request) : throw PageFault.NeedsCertificate(request.Host), parameters, reading)));

    async Task AnswerAsync(HttpContext http, Func<TRequest, Task> answer, string[] parameters, string[] methods)
    {
        if (!methods.Contains(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = string.Join(", ", methods);
            return;
        }
        var request = create(http, parameters);
        try
        {
            await answer(request);
        }
        catch (PageFault fault)
        {
            await FaultPage.AnswerAsync(request, fault);
        }
        catch (Exception problem) when (http.RequestAborted.IsCancellationRequested || problem is OperationCanceledException)
        {
            // No one is there to be answered.
        }
        catch (Exception problem)
        {
            var fault = explain(problem);
            if (fault is null)
                site.Log.Write($"{http.Request.Path}: {problem}");
            await FaultPage.AnswerAsync(request, fault ?? PageFault.Internal());
        }
    }

    static Task AddHeaders(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers.XFrameOptions = "DENY";
        headers.XXSSProtection = "1";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "same-origin";
        // No page takes a body. A proxy may have read another length from the same request: what follows is not believed.
        if (http.Request.ContentLength is not (null or 0) || http.Request.Headers.TransferEncoding.Count > 0)
            headers.Connection = "close";
        return next(http);
    }
}
