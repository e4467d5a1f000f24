using Microsoft.AspNetCore.Builder;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Web;

/// <summary>The paths that the web server answers.</summary>
static class WebPages
{
    public static void Map(WebApplication web, ServerParts parts, SrpcServer srpc)
    {
        web.MapGet("/healthz", () => "OK\n");
        web.MapGet("/_goSRPC_/listMethods", () => Lines(srpc.Methods));
        web.MapGet("/_goSRPC_/listPublicMethods", () => Lines(srpc.PublicMethods));
    }

    static string Lines(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));
}
