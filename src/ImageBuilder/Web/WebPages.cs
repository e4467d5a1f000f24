using ImageSdk.Hosting.Web;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Web.Api;
using ImageSdk.ImageBuilder.Web.Pages;
using ImageSdk.ImageBuilder.Web.Requests;
using Microsoft.AspNetCore.Builder;

namespace ImageSdk.ImageBuilder.Web;

/// <summary>The REST interface, and the pages that an image builder has besides those that all daemons have.</summary>
static class WebPages
{
    public static void Map(WebApplication web, ImageBuilderSite site)
    {
        var pages = new PageMap<ImageBuilderRequest>(web, site, (http, parameters) => new(http, site, parameters));
        pages.Map("/", StatusPage.AnswerAsync);
        pages.Map("/builds", RequestsPage.AnswerAsync, "before=");
        pages.MapLog("/build", RequestPage.AnswerAsync, "id=");
        pages.MapLog("/followLog", RequestPage.FollowAsync, "id=");
        pages.MapChange("/cancel", RequestPage.CancelAsync, "id=");
        ApiEndpoints.Map(web, site);
    }
}
