using ImageSdk.Hosting;
using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Metrics;
using ImageSdk.Hosting.Security;
using ImageSdk.Hosting.Web.Requests;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Options;
using ImageSdk.ImageServer.Replication;
using ImageSdk.ImageServer.Services;
using ImageSdk.ImageServer.Web;
using ImageSdk.ImageServer.Web.Metrics;
using ImageSdk.ImageServer.Web.Requests;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;
using Microsoft.AspNetCore.Builder;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>What a server consists of.</summary>
sealed class ServerParts : IDaemon
{
    readonly DirectoryLocks locks;

    ServerParts(ServerOptions options, ServerLog log, ServerCertificates certificates, TimeProvider time, DirectoryLocks locks)
    {
        this.locks = locks;
        Options = options;
        Log = log;
        Time = time;
        var store = new ObjectStore(options.ObjectDirectory);
        var start = time.GetTimestamp();
        var trouble = new DiskTrouble(log.Write, time);
        Objects = ObjectCatalogue.Open(store, time, LimitsOf(options));
        Objects.OnTrouble = problem => trouble.Report("objects cannot be stored", problem);
        log.Write($"Scanned {Objects.Statistics.Count} objects in {HumanDuration.Format(time.GetElapsedTime(start))}");
        start = time.GetTimestamp();
        Images = new ImageCatalogue(new ImageStore(options.ImageDirectory, store, time), Objects, time, log.Write);
        log.Write($"Loaded {Images.Count} images in {HumanDuration.Format(time.GetElapsedTime(start))}");
        var follower = options.Master is null ? null : Follower.Create(options, certificates, Images, Objects, log, time);
        Replicator = follower?.Replicator;
        ImageService = CreateImageService(follower?.Link, trouble);
        ObjectService = CreateObjectService(follower?.Forwarder);
    }

    public ServerOptions Options { get; }

    public ServerLog Log { get; }

    public TimeProvider Time { get; }

    public ObjectCatalogue Objects { get; }

    public ImageCatalogue Images { get; }

    /// <summary>Null where this server is no replica.</summary>
    public Replicator? Replicator { get; }

    public ImageService ImageService { get; }

    public ObjectService ObjectService { get; }

    /// <summary>Opens the directories and finds out what there is.</summary>
    /// <exception cref="StoreException">Another server uses the directories.</exception>
    /// <exception cref="FormatException">The information template, a filter or the master's address is none.</exception>
    /// <exception cref="IOException">A directory or a filter cannot be read.</exception>
    public static ServerParts Open(DaemonResources<ServerOptions> resources)
    {
        var (options, log, certificates, time) = resources;
        var locks = DirectoryLocks.Take(options.ImageDirectory, options.ObjectDirectory);
        try
        {
            return new(options, log, certificates, time, locks);
        }
        catch
        {
            locks.Dispose();
            throw;
        }
    }

    public IReadOnlyList<SrpcService> Services => [ImageService.Create(), ObjectService.Srpc];

    public void AddMetrics(MetricTable metrics) => ServerMetrics.AddTo(metrics, Options, Images, Objects, ObjectService, Replicator);

    public void MapPages(WebApplication web, SiteContext context) => WebPages.Map(
        web, new WebSite(Options, Images, Objects, ObjectService, Replicator is { } replicator ? () => replicator.State : null, context));

    /// <summary>What runs as long as the server does.</summary>
    public IEnumerable<Task> BackgroundTasks(CancellationToken cancellation) =>
    [
        new ExpirationWatch(Images, Time, Log).RunAsync(cancellation),
        CountAndReplicateAsync(cancellation),
        new ObjectCollector(Objects, new ObjectCollectorOptions
        {
            StartPercent = Options.CleanupStartPercent,
            StopPercent = Options.CleanupStopPercent,
            StartSize = Options.CleanupStartSize,
            StopSize = Options.CleanupStopSize,
            Limits = Objects.Admission.Limits,
        }, Log.Write).RunAsync(cancellation),
    ];

    public void Dispose()
    {
        ObjectService.Dispose();
        locks.Dispose();
    }

    // Counting shows which images are damaged, for a replica to fetch them again.
    async Task CountAndReplicateAsync(CancellationToken cancellation)
    {
        await Images.CountReferencesAsync(cancellation);
        Objects.MarkComplete();
        if (Replicator is not null)
            await Replicator.RunAsync(cancellation);
    }

    static ObjectLimits LimitsOf(ServerOptions options) => new()
    {
        ObjectSize = options.MaximumObjectSize,
        UploadSize = options.MaximumUploadSize,
        UploadCount = options.MaximumUploadCount,
        StoreSize = options.MaximumStoreSize,
        StoreCount = options.MaximumStoreCount,
        Reserve = options.ReservedSize,
    };

    ImageService CreateImageService(IMasterLink? master, DiskTrouble trouble)
    {
        var limits = new ExpirationLimits(Options.MaximumExpiration, Options.MaximumExpirationPrivileged);
        return new(
            Images, Objects, new ImageArchives(Images, Options.ImageDirectory, limits, Time),
            new ImageServiceOptions
            {
                Log = Log.Write,
                OnTrouble = problem => trouble.Report("the image directory or an object cannot be read or written", problem),
                AllowUnauthenticatedReads = Options.AllowUnauthenticatedReads,
                Expirations = limits,
                Master = master,
                InformationTemplate = Options.InformationTemplate.Length > 0 ? new(Options.InformationTemplate) : null,
            }, Time);
    }

    ObjectService CreateObjectService(IObjectForwarder? forwarder) => new(
        Objects,
        new ObjectServiceOptions
        {
            AllowPublicAddObjects = Options.AllowPublicAddObjects,
            AllowPublicCheckObjects = Options.AllowPublicCheckObjects,
            AllowPublicGetObjects = Options.AllowPublicGetObjects,
            AllowUnauthenticatedReads = Options.AllowUnauthenticatedReads,
            ReplicationMaster = Options.Master,
        },
        forwarder);
}
