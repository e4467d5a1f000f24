using ImageSdk.Hosting;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Web;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Options;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Builder;

namespace ImageSdk.ImageBuilder.Hosting;

/// <summary>The daemon.</summary>
sealed class ImageBuilderDaemon(DaemonResources<ImageBuilderOptions> resources) : IDaemon
{
    public IReadOnlyList<SrpcService> Services => [];

    public void AddMetrics(MetricTable metrics) => metrics.AddFlags([("stateDir", resources.Options.StateDirectory)]);

    public void MapPages(WebApplication web, SiteContext context) => _ = new PageMap<PageRequest>(web, new DaemonSite(context), (http, parameters) => new(http, new DaemonSite(context), parameters));

    public IEnumerable<Task> BackgroundTasks(CancellationToken cancellation) => [];

    public void Dispose()
    {
    }
}
