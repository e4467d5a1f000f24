using System.Net;
using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageServer.Hosting;
using ImageSdk.ImageServer.Options;
using ImageSdk.Images;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Tests;

/// <summary>A server on a port and directories of its own, without TLS by default.</summary>
sealed class TestServer : IAsyncDisposable
{
    readonly string directory;
    readonly TimeProvider? clock;
    readonly Action<ServerOptions>? configure;
    readonly List<SrpcConnection> connections = [];
    ImageServerHost host;
    ServerLog log;
    ushort port;

    TestServer(string directory, TimeProvider? clock, Action<ServerOptions>? configure)
    {
        this.directory = directory;
        this.clock = clock;
        this.configure = configure;
        log = null!;
        host = null!;
    }

    public int Port => host.Port;

    public ServerParts Parts => host.Parts;

    public string ImageDirectory => Path.Combine(directory, "images");

    public string ObjectDirectory => Path.Combine(directory, "objects");

    public string LogDirectory => Path.Combine(directory, "log");

    public IReadOnlyList<string> LogLines => log.LastLines;

    public static async Task<TestServer> StartAsync(Action<ServerOptions>? configure = null, TimeProvider? clock = null)
    {
        var server = new TestServer(Directory.CreateTempSubdirectory("imagesdk-server-").FullName, clock, configure);
        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            // Tests of servers that do not start.
            Directory.Delete(server.directory, recursive: true);
            throw;
        }
    }

    /// <summary>Stops the server and starts it again over its directories, changed in between or not.</summary>
    public async Task RestartAsync(Action? meanwhile = null)
    {
        await StopAsync();
        meanwhile?.Invoke();
        await StartAsync();
    }

    public async Task<SrpcConnection> ConnectAsync(SrpcClientOptions? options = null)
    {
        var connection = await new SrpcDialer(options ?? new()).ConnectAsync(SrpcAddress.Parse($"127.0.0.1:{Port}"));
        connections.Add(connection);
        return connection;
    }

    public async Task<ImageServerClient> ConnectImagesAsync(SrpcClientOptions? options = null) => new(await ConnectAsync(options));

    /// <summary>Puts an object into the server's directory, as a user of the machine could.</summary>
    public ObjectHash PutObject(string content) => new ObjectStore(ObjectDirectory).Add(Encoding.UTF8.GetBytes(content)).Hash;

    /// <summary>An image of a directory with a file whose object is there, an empty file and a link.</summary>
    public Image MakeImage(string content = "content")
    {
        var builder = new FileSystemBuilder();
        builder.Add("/etc", new DirectoryInode { Mode = InodeMode.Directory | Permissions.Directory });
        builder.Add("/etc/file", new RegularInode { Mode = InodeMode.Regular | Permissions.File, Size = (ulong)content.Length, Hash = PutObject(content) });
        builder.Add("/etc/empty", new RegularInode { Mode = InodeMode.Regular | Permissions.File });
        builder.Add("/etc/link", new SymlinkInode { Target = "file" });
        return new Image { FileSystem = builder.Build(), Filter = Filter.Parse("/tmp/.*\n") };
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(directory, recursive: true);
    }

    async Task StartAsync()
    {
        var options = new ServerOptions
        {
            ImageDirectory = ImageDirectory,
            ObjectDirectory = ObjectDirectory,
            AuthoritiesFile = "",
            PermitInsecureMode = true,
            LogDirectory = LogDirectory,
            LogDebugLevel = 0,
            // The same after a restart.
            Port = port,
            ListenAddress = IPAddress.Loopback.ToString(),
        };
        configure?.Invoke(options);
        log = new ServerLog(options, TimeProvider.System);
        host = await ImageServerHost.StartAsync(options, log, clock);
        port = (ushort)host.Port;
    }

    async Task StopAsync()
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
        connections.Clear();
        await host.DisposeAsync();
        log.Dispose();
    }
}
