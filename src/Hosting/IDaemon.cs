using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.Srpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ImageSdk.Hosting;

/// <summary>What a daemon is beyond what all daemons are.</summary>
public interface IDaemon : IDisposable
{
    /// <summary>Its SRPC services, besides Logger.</summary>
    IReadOnlyList<SrpcService> Services { get; }

    /// <summary>Adds its metrics to those of the process.</summary>
    void AddMetrics(MetricTable metrics);

    /// <summary>Adds what its pages need of the web server, such as documents of its interface.</summary>
    void AddServices(IServiceCollection services)
    {
    }

    /// <summary>Adds its pages; the common ones come with <see cref="Web.PageMap{TRequest}"/>.</summary>
    void MapPages(WebApplication web, SiteContext context);

    /// <summary>What runs as long as the daemon does.</summary>
    IEnumerable<Task> BackgroundTasks(CancellationToken cancellation);
}
