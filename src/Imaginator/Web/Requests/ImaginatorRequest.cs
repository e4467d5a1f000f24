using ImageSdk.Hosting.Web.Html;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Imaginator.Parts;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.Imaginator.Web.Requests;

/// <summary>A request for a page about streams and builds.</summary>
sealed class ImaginatorRequest(HttpContext http, ImaginatorSite site, IEnumerable<string> parameters) : PageRequest(http, site, parameters)
{
    public ImaginatorParts Parts => site.Parts;

    /// <summary>The name in the query; empty for none.</summary>
    public string Name => Query.Names is [var first, ..] ? first : "";

    /// <summary>A link to an image at the image server's pages.</summary>
    public string ImageUrl(string image)
    {
        var (options, host) = (Parts.Options, Parts.Options.PresentationImageServerHost);
        return $"http://{(host.Length > 0 ? host : options.ImageServerHost)}:{options.ImageServerPort}{PageLink.ToImage(image)}";
    }
}
