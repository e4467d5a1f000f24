using ImageSdk.Dominator.Transfer;
using ImageSdk.Hosting.Logs;
using ImageSdk.Hosting.Security;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Options;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Replication;

/// <summary>What makes a server a replica.</summary>
sealed record Follower(Replicator Replicator, IMasterLink Link, IObjectForwarder Forwarder)
{
    /// <param name="options">Name a master.</param>
    /// <exception cref="FormatException">A filter is none, or the master's address is none.</exception>
    /// <exception cref="IOException">A filter cannot be read.</exception>
    public static Follower Create(
        ServerOptions options, ServerCertificates certificates, ImageCatalogue images, ObjectCatalogue objects, ServerLog log, TimeProvider time)
    {
        var address = options.Master!;
        var master = Connect(SrpcAddress.Parse(address), options, certificates);
        var replicator = new Replicator(images, objects, master, new ReplicationOptions
        {
            Master = address,
            Scope = ReplicationScope.Load(options.ReplicationExcludeFilter, options.ReplicationIncludeFilter),
            ArchiveMode = options.ArchiveMode,
            ArchiveExpiringImages = options.ArchiveExpiringImages,
            AllowMassDelete = options.ReplicationAllowMassDelete,
            FirstPause = options.ReplicationPause,
            MostNames = options.ReplicationMostNames,
        }, log, time);
        return new(replicator, new MasterLink(address, master, replicator, images, objects, log), new ObjectForwarder(master));
    }

    // With the certificate that this server has at the time.
    static ServerConnections Connect(SrpcAddress address, ServerOptions options, ServerCertificates certificates) =>
        new(cancellation => new SrpcDialer(new SrpcClientOptions
        {
            Certificates = certificates.ForClient,
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePeriod = options.KeepAlivePeriod,
            WithoutMethodPowers = options.WithoutMethodPowers,
        }).ConnectAsync(address, cancellation));
}
