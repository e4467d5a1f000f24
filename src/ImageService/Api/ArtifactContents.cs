using ImageSdk.ImageService.Artifacts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace ImageSdk.ImageService.Api;

/// <summary>Objects of a directory in the place of S3, at signed addresses: fetched in whole or in ranges, and put.</summary>
static class ArtifactContents
{
    public static void Map(IEndpointRouteBuilder web, string prefix, DirectoryArtifacts artifacts, TimeProvider time) =>
        web.MapMethods(prefix + SignedPaths.Prefix + "{bucket}/{**key}", [HttpMethods.Get, HttpMethods.Head, HttpMethods.Put], (RequestDelegate)(http => AnswerAsync(http, artifacts, time)));

    static async Task AnswerAsync(HttpContext http, DirectoryArtifacts artifacts, TimeProvider time)
    {
        var path = new ArtifactPath((string)http.Request.RouteValues["bucket"]!, http.Request.RouteValues["key"] as string ?? "");
        var use = HttpMethods.IsPut(http.Request.Method) ? SignedUse.Put : SignedUse.Fetch;
        var query = http.Request.Query;
        if (!artifacts.Paths.Holds(path, use, query["expires"], query["signature"], time.GetUtcNow()))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        if (use == SignedUse.Put)
            await PutAsync(http, artifacts, path);
        else if (artifacts.FindFile(path) is { } file && await artifacts.FindAsync(path, http.RequestAborted) is { } found)
            await Results.File(file, "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{found.Etag}\""), enableRangeProcessing: true).ExecuteAsync(http);
        else
            http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    static async Task PutAsync(HttpContext http, DirectoryArtifacts artifacts, ArtifactPath path)
    {
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        var metadata = http.Request.Headers.Where(header => header.Key.StartsWith(SignedPaths.MetadataPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key[SignedPaths.MetadataPrefix.Length..].ToLowerInvariant(), header => $"{header.Value}");
        try
        {
            http.Response.Headers.ETag = $"\"{await artifacts.WriteAsync(path, http.Request.Body, metadata, http.RequestAborted)}\"";
            // It was read to its end.
            http.Response.Headers.Remove("Connection");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusCodes.Status507InsufficientStorage;
        }
    }
}
