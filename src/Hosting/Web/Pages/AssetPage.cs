using ImageSdk.Hosting.Web.Requests;


namespace ImageSdk.Hosting.Web.Pages;

/// <summary>Style sheet, script and icon.</summary>
public static class AssetPage
{
    const string ForAYear = "public, max-age=31536000, immutable";

    public static Task AnswerAsync(PageRequest request)
    {
        var asset = request.Site.Assets.Find(request.RouteValue("name")) ?? throw PageFault.NotFound(request.Path);
        var headers = request.Response.Headers;
        headers.CacheControl = request.Query["v"] == asset.Version ? ForAYear : "no-cache";
        request.Response.ContentType = asset.Type;
        request.Response.ContentLength = asset.Content.Length;
        return request.Response.BodyWriter.WriteAsync(asset.Content, request.Gone).AsTask();
    }
}
