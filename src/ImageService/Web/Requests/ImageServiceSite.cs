using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Resources;

namespace ImageSdk.ImageService.Web.Requests;

/// <summary>What the pages of an image management service are about. The paths of its REST interface have records' names: pages have others.</summary>
sealed class ImageServiceSite(ServiceContext service, SiteContext context) : DaemonSite(context)
{
    public ServiceContext Service => service;

    public ImageResource Images { get; } = new(service);

    public RecipeResource Recipes { get; } = new(service);

    public PublicKeyResource Keys { get; } = new(service);

    public NodeResource Nodes { get; } = new(service);

    public JobResource Jobs { get; } = new(service);

    public override IReadOnlyList<(string Path, string Text)> Sections =>
    [
        ("/", "Status"), ("/listImages", "Images"), ("/listRecipes", "Recipes"), ("/listJobs", "Jobs"), ("/listKeys", "Keys"), ("/listNodes", "Nodes"),
        ("/listDeleted", "Deleted"), ("/interface", "REST"), ("/logs", "Logs"), ("/metrics/", "Metrics"),
    ];
}
