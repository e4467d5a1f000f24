using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Replication;
using ImageSdk.ImageServer.Services;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>What a server consists of.</summary>
sealed class ServerParts : IDisposable
{
    readonly DirectoryLock[] locks;

    ServerParts(
        ServerOptions options, ServerLog log, TimeProvider time, DirectoryLock[] locks, ObjectCatalogue objects, ImageCatalogue images,
        Replicator? replicator, ImageService imageService)
    {
        this.locks = locks;
        Options = options;
        Log = log;
        Time = time;
        Started = time.GetUtcNow();
        Objects = objects;
        Images = images;
        Replicator = replicator;
        ImageService = imageService;
    }

    public ServerOptions Options { get; }

    public ServerLog Log { get; }

    public TimeProvider Time { get; }

    public DateTimeOffset Started { get; }

    public ObjectCatalogue Objects { get; }

    public ImageCatalogue Images { get; }

    /// <summary>Null where this server is no replica.</summary>
    public Replicator? Replicator { get; }

    public ImageService ImageService { get; }

    /// <summary>Opens the directories and finds out what there is.</summary>
    /// <exception cref="StoreException">Another server uses the directories.</exception>
    /// <exception cref="FormatException">The information template, a filter or the master's address is none.</exception>
    /// <exception cref="IOException">A directory or a filter cannot be read.</exception>
    public static ServerParts Open(ServerOptions options, ServerLog log, ServerCertificates certificates, TimeProvider time)
    {
        var locks = TakeLocks(options);
        try
        {
            return Open(options, log, certificates, time, locks);
        }
        catch
        {
            Release(locks);
            throw;
        }
    }

    static ServerParts Open(ServerOptions options, ServerLog log, ServerCertificates certificates, TimeProvider time, DirectoryLock[] locks)
    {
        var store = new ObjectStore(options.ObjectDirectory);
        var start = time.GetTimestamp();
        var objects = ObjectCatalogue.Open(store);
        log.Write($"Scanned {objects.Statistics.Count} objects in {HumanDuration.Format(time.GetElapsedTime(start))}");
        start = time.GetTimestamp();
        var images = new ImageCatalogue(new ImageStore(options.ImageDirectory, store, time), objects, time, log.Write);
        log.Write($"Loaded {images.Count} images in {HumanDuration.Format(time.GetElapsedTime(start))}");
        var (replicator, master) = Follow(options, log, certificates, time, objects, images);
        var limits = new ExpirationLimits(options.MaximumExpiration, options.MaximumExpirationPrivileged);
        var service = new ImageService(
            images, objects, new ImageArchives(images, options.ImageDirectory, limits, time),
            new ImageServiceOptions
            {
                AllowUnauthenticatedReads = options.AllowUnauthenticatedReads,
                Expirations = limits,
                Master = master,
                InformationTemplate = options.InformationTemplate.Length > 0 ? new(options.InformationTemplate) : null,
            }, time);
        return new(options, log, time, locks, objects, images, replicator, service);
    }

    static (Replicator? Replicator, IMasterLink? Master) Follow(
        ServerOptions options, ServerLog log, ServerCertificates certificates, TimeProvider time, ObjectCatalogue objects, ImageCatalogue images)
    {
        if (options.Master is not { } master)
            return (null, null);
        var connections = MasterConnections.Create(options, certificates);
        var replicator = new Replicator(images, objects, connections, new ReplicationOptions
        {
            Master = master,
            Scope = ReplicationScope.Load(options.ReplicationExcludeFilter, options.ReplicationIncludeFilter),
            ArchiveMode = options.ArchiveMode,
            ArchiveExpiringImages = options.ArchiveExpiringImages,
            AllowMassDelete = options.ReplicationAllowMassDelete,
            FirstPause = options.ReplicationPause,
        }, log, time);
        return (replicator, new MasterLink(master, connections, replicator, images, objects, log));
    }

    public SrpcServer CreateSrpcServer(Func<SrpcServerTls?> tls) => new(
        new SrpcServerOptions
        {
            Tls = tls,
            TrustedUsers = Options.TrustedUsers,
            TrustedGroups = Options.TrustedGroups,
            HandshakeTimeout = Options.HandshakeTimeout,
            Time = Time,
            OnFailure = (peer, problem) => Log.Debug(0, $"{peer.Remote}: {problem.Message}"),
        },
        [ImageService.Create()]);

    /// <summary>What runs as long as the server does.</summary>
    public IEnumerable<Task> BackgroundTasks(CancellationToken cancellation) =>
    [
        new ExpirationWatch(Images, Time, Log).RunAsync(cancellation),
        CountAndReplicateAsync(cancellation),
    ];

    public void Dispose() => Release(locks);

    async Task CountAndReplicateAsync(CancellationToken cancellation)
    {
        // Shows which images are damaged, for a replica to fetch them again.
        await Task.Run(() => Images.CountReferences(cancellation), cancellation);
        if (Replicator is not null)
            await Replicator.RunAsync(cancellation);
    }

    static DirectoryLock[] TakeLocks(ServerOptions options)
    {
        const UnixFileMode ForOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode ForReaders = ForOwner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var images = DirectoryLock.Take(options.ImageDirectory, ForReaders);
        try
        {
            return [images, DirectoryLock.Take(options.ObjectDirectory, ForOwner)];
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    static void Release(DirectoryLock[] locks)
    {
        foreach (var held in locks)
            held.Dispose();
    }
}
