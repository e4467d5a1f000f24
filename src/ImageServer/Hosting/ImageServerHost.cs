using ImageSdk.Hosting;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Options;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>A running image server.</summary>
sealed class ImageServerHost : IAsyncDisposable
{
    readonly DaemonHost<ServerParts> host;

    ImageServerHost(DaemonHost<ServerParts> host) => this.host = host;

    /// <summary>The port it listens on.</summary>
    public int Port => host.Port;

    public ServerParts Parts => host.Daemon;

    /// <summary>Starts a server; it listens when this returns.</summary>
    /// <exception cref="ImageSdk.Srpc.SrpcException">Certificates are missing or malformed.</exception>
    /// <exception cref="ImageSdk.Storage.StoreException">The directories are in use by another server.</exception>
    /// <exception cref="FormatException">The information template or a filter is none.</exception>
    /// <exception cref="IOException">A directory cannot be read or written, or the port is taken.</exception>
    public static async Task<ImageServerHost> StartAsync(ServerOptions options, ServerLog log, TimeProvider? clock = null) =>
        new(await DaemonHost<ServerParts>.StartAsync(options, log, clock ?? TimeProvider.System, ServerParts.Open));

    public ValueTask DisposeAsync() => host.DisposeAsync();
}
