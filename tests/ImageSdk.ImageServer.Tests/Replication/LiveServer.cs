using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Tests.Replication;

/// <summary>A server of this process, on a port of its own, whose directories outlive its restarts.</summary>
sealed class LiveServer : IAsyncDisposable
{
    readonly string root = Directory.CreateTempSubdirectory("imagesdk-server-").FullName;
    readonly Func<ServerOptions, ServerOptions> configure;
    ImageServerHost? host;
    ServerLog? log;
    ushort port;

    LiveServer(Func<ServerOptions, ServerOptions> configure) => this.configure = configure;

    public string Address => $"127.0.0.1:{port}";

    public ServerParts Parts => host!.Parts;

    public IReadOnlyList<string> Log => log!.LastLines;

    public string this[string name] => Path.Combine(root, name);

    public static async Task<LiveServer> StartAsync(Func<ServerOptions, ServerOptions>? configure = null)
    {
        var server = new LiveServer(configure ?? (options => options));
        await server.StartAsync();
        return server;
    }

    /// <summary>A replica, which does not wait long before it tries again.</summary>
    public static Task<LiveServer> StartReplicaAsync(LiveServer master, Func<ServerOptions, ServerOptions>? configure = null) =>
        StartAsync(options =>
        {
            options = options with { MasterHost = "127.0.0.1", MasterPort = master.port, ReplicationPause = TimeSpan.FromMilliseconds(50) };
            return configure?.Invoke(options) ?? options;
        });

    public async Task StartAsync()
    {
        var options = configure(new ServerOptions
        {
            ImageDirectory = this["images"],
            ObjectDirectory = this["objects"],
            LogDirectory = this["log"],
            AuthoritiesFile = "",
            IdentityAuthoritiesFile = "",
            PermitInsecureMode = true,
            ListenAddress = "127.0.0.1",
            UnixSocketPath = "",
            Port = port,
        });
        log = new ServerLog(options, TimeProvider.System);
        host = await ImageServerHost.StartAsync(options, log);
        port = (ushort)host.Port;
    }

    public async Task StopAsync()
    {
        if (host is not null)
            await host.DisposeAsync();
        log?.Dispose();
        host = null;
    }

    public async Task<SrpcConnection> ConnectAsync() =>
        await new SrpcDialer(SrpcClientOptions.Default).ConnectAsync(SrpcAddress.Parse(Address));

    /// <summary>Puts an image with one file into this server, as a client would.</summary>
    public async Task AddAsync(string name, byte[] content, DateTimeOffset? expiresAt = null)
    {
        await using var connection = await ConnectAsync();
        await new ImageServerClient(connection).AddImageAsync(name, MakeImage(content, expiresAt));
    }

    /// <summary>An image with one file, whose object this server has then.</summary>
    public Image MakeImage(byte[] content, DateTimeOffset? expiresAt = null)
    {
        var file = new RegularInode { Mode = InodeMode.Regular | 0b110_100_100 };
        if (content.Length > 0)
            file = file with { Size = (ulong)content.Length, Hash = Parts.Objects.Store.Add(content).Hash };
        var tree = new FileSystemBuilder();
        tree.Add("/file", file);
        return new Image { FileSystem = tree.Build(), ExpiresAt = expiresAt };
    }

    /// <summary>Waits for something that is about to happen; fails where it does not within a minute.</summary>
    public async Task UntilAsync(Func<bool> isSo, string what)
    {
        for (var left = 6000; !isSo(); left--)
        {
            if (left == 0)
                Assert.Fail($"{what}\n{string.Join('\n', Log)}");
            await Task.Delay(10);
        }
    }

    public bool Has(string name) => Parts.Images.Find(name) is not null;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(root, recursive: true);
    }
}
