using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.Hosting.Web;

/// <summary>
/// The end points of SRPC, for requests other than CONNECT, which never get here: they are refused as clients expect it.
/// </summary>
public static class SrpcEndpoints
{
    public static void Map(WebApplication web, DaemonSite site)
    {
        foreach (var point in SrpcEndpoint.All)
            web.Map(point.Coding == SrpcCoding.Gob ? point.Path + "{**rest}" : point.Path, (RequestDelegate)(http => Refuse(http, site, point)));
    }

    static Task Refuse(HttpContext http, DaemonSite site, SrpcEndpoint point)
    {
        http.Response.StatusCode = point.IsTls && site.IsInsecure ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return Task.CompletedTask;
    }
}
