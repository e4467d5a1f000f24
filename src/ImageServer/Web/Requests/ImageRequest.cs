using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Storage;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageServer.Web.Requests;

/// <summary>A request for a page about images.</summary>
sealed class ImageRequest(HttpContext http, WebSite site, IEnumerable<string> parameters) : PageRequest(http, site, parameters)
{
    public new WebSite Site { get; } = site;

    /// <summary>The header of the image that the query names.</summary>
    /// <exception cref="PageFault">There is none.</exception>
    public ImageHeader FindImage() => FindImage(Query.Names);

    /// <summary>The image that the query names.</summary>
    /// <exception cref="PageFault">There is none, or it is damaged.</exception>
    public async ValueTask<(ImageHeader Header, Image Image)> GetImageAsync()
    {
        var header = FindImage();
        return (header, await Site.GetImageAsync(header.Name, Gone));
    }

    ImageHeader FindImage(IReadOnlyList<string> names) =>
        names.Select(Site.Images.Find).FirstOrDefault(header => header is not null) ??
        throw ImageFaults.UnknownImage(names.FirstOrDefault() ?? "");
}
