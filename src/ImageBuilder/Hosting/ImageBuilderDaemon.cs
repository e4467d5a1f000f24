using ImageSdk.Hosting;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageBuilder.Engine;
using ImageSdk.ImageBuilder.Options;
using ImageSdk.ImageBuilder.Parts;
using ImageSdk.ImageBuilder.Web;
using ImageSdk.ImageBuilder.Web.Api;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageSdk.ImageBuilder.Hosting;

/// <summary>The daemon.</summary>
sealed class ImageBuilderDaemon(ImageBuilderParts parts) : IDaemon
{
    public ImageBuilderParts Parts => parts;

    public static ImageBuilderDaemon Open(DaemonResources<ImageBuilderOptions> resources) => Open(resources, engine: null);

    /// <param name="engine">What builds; null for the engine on this machine.</param>
    public static ImageBuilderDaemon Open(DaemonResources<ImageBuilderOptions> resources, IImageEngine? engine) =>
        new(Task.Run(() => ImageBuilderParts.OpenAsync(resources, engine)).GetAwaiter().GetResult());

    public IReadOnlyList<SrpcService> Services => [];

    public void AddServices(IServiceCollection services) => ApiDocument.Add(services);

    public void AddMetrics(MetricTable metrics) => metrics.AddFlags(
    [
        ("concurrentBuilds", (long)parts.Options.ConcurrentBuilds), ("dataStore", parts.Options.DataStore), ("imageDestination", parts.Options.ImageDestination),
        ("requestQueue", parts.Options.RequestQueue), ("stateDir", parts.Options.StateDirectory),
    ]);

    public void MapPages(WebApplication web, SiteContext context) => WebPages.Map(web, new(parts, context));

    public IEnumerable<Task> BackgroundTasks(CancellationToken cancellation) => parts.BackgroundTasks(cancellation);

    public void Dispose() => parts.DisposeAsync().AsTask().GetAwaiter().GetResult();
}
