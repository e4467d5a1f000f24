using ImageSdk.Dominator.Transfer;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Replication;

/// <summary>Connects a replica to its master, with the certificate that the replica has at the time.</summary>
static class MasterConnections
{
    /// <exception cref="FormatException">The options name no server.</exception>
    public static ServerConnections Create(ServerOptions options, ServerCertificates certificates)
    {
        var address = SrpcAddress.Parse(options.Master!);
        return new(cancellation => new SrpcDialer(new SrpcClientOptions
        {
            Certificates = certificates.ForClient,
            ConnectTimeout = options.ConnectTimeout,
            KeepAlivePeriod = options.KeepAlivePeriod,
            WithoutMethodPowers = options.WithoutMethodPowers,
        }).ConnectAsync(address, cancellation));
    }
}
