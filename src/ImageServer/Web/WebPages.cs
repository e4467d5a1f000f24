using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Web.Metrics;
using ImageSdk.ImageServer.Web.Pages;
using ImageSdk.ImageServer.Web.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ImageSdk.ImageServer.Web;

/// <summary>The paths that the web server answers. All are for reading.</summary>
static class WebPages
{
    static readonly string[] methods = [HttpMethods.Get, HttpMethods.Head];

    public static void Map(WebApplication web, WebSite site)
    {
        web.Use(AddHeaders);
        Map("/", StatusPage.AnswerAsync);
        Map("/listImages", ImagesPage.AnswerAsync, ["directoryName=", "q=", "sort=", .. Paging.Parameters]);
        Map("/listDirectories", DirectoriesPage.AnswerAsync);
        Map("/showImage", ImagePage.AnswerAsync);
        Map("/listImage", ListingPage.AnswerAsync, Paging.Parameters);
        Map("/browse", BrowsePage.AnswerAsync, ["path=", "q=", .. Paging.Parameters]);
        Map("/diff", DiffPage.AnswerAsync, ["left=", "right=", "part=", .. Paging.Parameters]);
        Map("/listFilter", FilterPage.AnswerAsync);
        Map("/listTriggers", TriggersPage.AnswerAsync);
        Map("/listPackages", PackagesPage.AnswerAsync);
        Map("/listComputedInodes", ComputedFilesPage.AnswerAsync);
        MapLog("/listBuildLog", AnnotationPage.AnswerBuildLogAsync);
        Map("/listReleaseNotes", AnnotationPage.AnswerReleaseNotesAsync);
        Map("/getObject", ObjectPage.AnswerAsync);
        MapLog("/logs", LogsPage.AnswerAsync, LogsPage.Parameters);
        MapLog("/logs/{view}", LogsPage.AnswerViewAsync, LogsPage.Parameters);
        Map("/metrics/{**path}", MetricsPage.AnswerAsync, MetricsPage.Parameters);
        Map("/metricsapi/{**path}", MetricsPage.AnswerApiAsync, MetricsPage.Parameters);
        Map("/prometheus", MetricsPage.AnswerPrometheusAsync);
        MapOpen("/healthz", HealthPage.AnswerHealthAsync);
        MapOpen("/readiness", HealthPage.AnswerReadinessAsync);
        MapOpen("/assets/{name}", AssetPage.AnswerAsync, ["v="]);
        MapOpen("/_goSRPC_/listMethods", request => request.WriteTextAsync(request.Site.Srpc.Methods));
        MapOpen("/_goSRPC_/listPublicMethods", request => request.WriteTextAsync(request.Site.Srpc.PublicMethods));
        MapOpen("/_goSRPC_/getHostname", async request => await request.WriteTextAsync([await request.Site.HostName]));
        SrpcEndpoints.Map(web, site);
        web.MapFallback(http => Answer(http, site, request => throw PageFault.NotFound(request.Path), []));

        void Map(string path, Func<PageRequest, Task> answer, params string[] parameters) => MapFor(PageAccess.WithoutLogs, path, answer, parameters);

        void MapLog(string path, Func<PageRequest, Task> answer, params string[] parameters) => MapFor(PageAccess.Open, path, answer, parameters);

        void MapOpen(string path, Func<PageRequest, Task> answer, params string[] parameters) => MapFor(PageAccess.Closed, path, answer, parameters);

        void MapFor(PageAccess strictest, string path, Func<PageRequest, Task> answer, string[] parameters) => web.Map(path, (RequestDelegate)(http => Answer(
            http, site, request => request.IsOpen(strictest) ? answer(request) : throw PageFault.NeedsCertificate(request.Host), parameters)));
    }

    static async Task Answer(HttpContext http, WebSite site, Func<PageRequest, Task> answer, string[] parameters)
    {
        if (!methods.Contains(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = string.Join(", ", methods);
            return;
        }
        var request = new PageRequest(http, site, parameters);
        try
        {
            await answer(request);
        }
        catch (PageFault fault)
        {
            await FaultPage.AnswerAsync(request, fault);
        }
        catch (Exception problem) when (problem is ImageFileException or ImageFormatException)
        {
            await FaultPage.AnswerAsync(request, PageFault.DamagedImage(problem.Message));
        }
        catch (Exception problem) when (http.RequestAborted.IsCancellationRequested || problem is OperationCanceledException)
        {
            // Nobody is there to be answered.
        }
        catch (Exception problem)
        {
            site.Parts.Log.Write($"{http.Request.Path}: {problem}");
            await FaultPage.AnswerAsync(request, PageFault.Internal());
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
