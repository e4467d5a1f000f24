using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Services;
using ImageSdk.Images;
using System.Security.Authentication;
using ImageSdk.Srpc;
using ImageSdk.Srpc.Gob;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>What a server consists of.</summary>
sealed class ServerParts : IDisposable
{
    ServerParts(ServerOptions options, ServerLog log, TimeProvider time, ObjectCatalogue objects, ImageCatalogue images, ImageService imageService, ObjectService objectService)
    {
        ObjectService = objectService;
        Options = options;
        Log = log;
        Time = time;
        Started = time.GetUtcNow();
        Objects = objects;
        Images = images;
        ImageService = imageService;
    }

    public ServerOptions Options { get; }

    public ServerLog Log { get; }

    public TimeProvider Time { get; }

    public DateTimeOffset Started { get; }

    public ObjectCatalogue Objects { get; }

    public ImageCatalogue Images { get; }

    public ImageService ImageService { get; }

    public ObjectService ObjectService { get; }

    /// <summary>Opens the directories and finds out what there is.</summary>
    public static ServerParts Open(ServerOptions options, ServerLog log, ServerCertificates certificates, TimeProvider time)
    {
        var store = new ObjectStore(options.ObjectDirectory);
        var start = time.GetTimestamp();
        var objects = ObjectCatalogue.Open(store, time);
        log.Write($"Scanned {objects.Statistics.Count} objects in {HumanDuration.Format(time.GetElapsedTime(start))}");
        start = time.GetTimestamp();
        var images = new ImageCatalogue(new ImageStore(options.ImageDirectory, store, time), objects, time, log.Write);
        log.Write($"Loaded {images.Count} images in {HumanDuration.Format(time.GetElapsedTime(start))}");
        var limits = new ExpirationLimits(options.MaximumExpiration, options.MaximumExpirationPrivileged);
        var service = new ImageService(
            images, objects, new ImageArchives(images, options.ImageDirectory, limits, time),
            new ImageServiceOptions
            {
                AllowUnauthenticatedReads = options.AllowUnauthenticatedReads,
                Expirations = limits,
                InformationTemplate = options.InformationTemplate.Length > 0 ? new(options.InformationTemplate) : null,
            }, time);
        var objectService = new ObjectService(objects, new ObjectServiceOptions
        {
            AllowPublicAddObjects = options.AllowPublicAddObjects,
            AllowPublicCheckObjects = options.AllowPublicCheckObjects,
            AllowPublicGetObjects = options.AllowPublicGetObjects,
            AllowUnauthenticatedReads = options.AllowUnauthenticatedReads,
            ReplicationMaster = options.Master,
        });
        return new(options, log, time, objects, images, service, objectService);
    }

    public SrpcServer CreateSrpcServer(Func<SrpcServerTls?> tls) => new(
        new SrpcServerOptions
        {
            Tls = tls,
            TrustedUsers = Options.TrustedUsers,
            TrustedGroups = Options.TrustedGroups,
            HandshakeTimeout = Options.HandshakeTimeout,
            Time = Time,
            OfferLocalUpgrade = Options.UnixSocketPath.Length > 0,
            OnFailure = LogFailure,
        },
        [ImageService.Create(), ObjectService.Srpc]);

    // Clients go away and send nonsense all the time; all else is a mistake of ours.
    void LogFailure(SrpcPeer peer, Exception problem)
    {
        if (problem is SrpcException or GobException or IOException or OperationCanceledException or AuthenticationException)
            Log.Debug(0, $"{peer.Remote}: {problem.Message}");
        else
            Log.Write($"{peer.Remote}: {problem}");
    }

    /// <summary>What runs as long as the server does.</summary>
    public IEnumerable<Task> BackgroundTasks(CancellationToken cancellation) =>
    [
        new ExpirationWatch(Images, Time, Log).RunAsync(cancellation),
        Task.Run(() =>
        {
            Images.CountReferences(cancellation);
            Objects.MarkComplete();
        }, cancellation),
        new ObjectCollector(Objects, new ObjectCollectorOptions
        {
            StartPercent = Options.CleanupStartPercent,
            StopPercent = Options.CleanupStopPercent,
            StartSize = Options.CleanupStartSize,
            StopSize = Options.CleanupStopSize,
        }, Log.Write).RunAsync(cancellation),
    ];

    public void Dispose() => ObjectService.Dispose();
}
