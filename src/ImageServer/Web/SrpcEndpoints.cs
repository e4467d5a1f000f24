using ImageSdk.Srpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageServer.Web;

/// <summary>
/// The end points of SRPC, for requests other than CONNECT, which never get here: they are refused as clients expect it.
/// </summary>
static class SrpcEndpoints
{
    public static void Map(WebApplication web, WebSite site)
    {
        foreach (var point in SrpcEndpoint.All)
            web.Map(point.Coding == SrpcCoding.Gob ? point.Path + "{**rest}" : point.Path, (RequestDelegate)(http => Refuse(http, site, point)));
    }

    static Task Refuse(HttpContext http, WebSite site, SrpcEndpoint point)
    {
        http.Response.StatusCode = point.IsTls && site.IsInsecure ? StatusCodes.Status404NotFound : StatusCodes.Status400BadRequest;
        http.Response.ContentType = "text/plain; charset=utf-8";
        return Task.CompletedTask;
    }
}
