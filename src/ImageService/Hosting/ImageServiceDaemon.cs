using ImageSdk.Hosting;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Web;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageService.Api;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Execution;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Web;
using ImageSdk.ImageService.Runs;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageSdk.ImageService.Hosting;

/// <summary>The daemon.</summary>
/// <param name="jobs">Does runs of jobs.</param>
sealed class ImageServiceDaemon(ServiceContext context, JobExecution jobs) : IDaemon
{
    public ServiceContext Context => context;

    public IReadOnlyList<SrpcService> Services => [];

    /// <exception cref="FormatException">The address of the records is wrong.</exception>
    /// <exception cref="IOException">The records, or the directory of artifacts, cannot be used.</exception>
    public static ImageServiceDaemon Open(DaemonResources<ImageServiceOptions> resources)
    {
        var options = resources.Options;
        var records = Task.Run(() => RecordStore.OpenAsync(options.Database, CancellationToken.None)).GetAwaiter().GetResult();
        IArtifactStore artifacts = options.ArtifactDirectory.Length > 0
            ? new DirectoryArtifacts(options.ArtifactDirectory)
            : new S3Artifacts(options.S3, options.S3Clients, options.S3Timeout);
        var runs = Task.Run(() => JobRuns.OpenAsync(options, records, resources.Time, resources.Log.Write)).GetAwaiter().GetResult();
        var context = new ServiceContext(records, artifacts, resources.Time, resources.Log.Write, new(JobParts.SshOf(options)), options.LargestManifest, options.Jobs, runs)
        {
            Places = options.Places,
            LogLevel = new(resources.Log),
        };
        return new(context, JobParts.Open(options, context));
    }

    public void AddServices(IServiceCollection services) => ApiDocument.Add(services);

    public void AddMetrics(MetricTable metrics) => metrics.AddFlags([("artifacts", context.Artifacts.Place), ("database", context.Records.Place)]);

    public void MapPages(WebApplication web, SiteContext site)
    {
        WebPages.Map(web, new(context, site));
        ApiEndpoints.Map(web, context);
    }

    public IEnumerable<Task> BackgroundTasks(CancellationToken cancellation) => [context.Runs.RunAsync(jobs.RunAsync, jobs.AbandonAsync, cancellation)];

    public void Dispose()
    {
        context.Runs.DisposeAsync().AsTask().GetAwaiter().GetResult();
        context.Artifacts.Dispose();
        context.Records.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
