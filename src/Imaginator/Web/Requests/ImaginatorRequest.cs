using System.Globalization;
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

    /// <summary>Of a list of builds that goes on: the last number of the page before; null for the first page.</summary>
    /// <exception cref="PageFault">It is no number.</exception>
    public long? Before => Query["before"] is { Length: > 0 } text
        ? long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw PageFault.BadParameter($"before={text}: expected a whole number.")
        : null;

    /// <summary>A link to an image at the image server's pages.</summary>
    public string ImageUrl(string image)
    {
        var (options, host) = (Parts.Options, Parts.Options.PresentationImageServerHost);
        return $"http://{(host.Length > 0 ? host : options.ImageServerHost)}:{options.ImageServerPort}{PageLink.ToImage(image)}";
    }
}
