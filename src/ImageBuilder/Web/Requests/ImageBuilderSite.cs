using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Parts;

namespace ImageSdk.ImageBuilder.Web.Requests;

/// <summary>What the pages of an image builder are about.</summary>
sealed class ImageBuilderSite(ImageBuilderParts parts, SiteContext context) : DaemonSite(context)
{
    public ImageBuilderParts Parts => parts;

    public override IReadOnlyList<(string Path, string Text)> Sections => [("/", "Status"), ("/builds", "Requests"), ("/logs", "Logs"), ("/metrics/", "Metrics")];
}
