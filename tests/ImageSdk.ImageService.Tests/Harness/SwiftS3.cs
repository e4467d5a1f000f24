using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>An S3 server: OpenStack's Swift of the distribution, with its middleware for S3, which checks signatures.</summary>
public sealed class SwiftS3 : IAsyncLifetime
{
    public const string AccessKey = "test:tester", SecretKey = "testing";

    static readonly string[] programs = ["swift-ring-builder", "swift-proxy-server", "swift-account-server", "swift-container-server", "swift-object-server", "memcached"];

    readonly string directory = Directory.CreateTempSubdirectory("imagesdk-s3-").FullName;
    readonly int port = ServerProcess.FreePort();
    readonly List<ServerProcess> servers = [];

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? Missing { get; } = programs.FirstOrDefault(program => !File.Exists($"/usr/bin/{program}")) is { } absent
        ? $"needs {absent} (packages swift-proxy, swift-account, swift-container, swift-object, memcached)"
        : null;

    public string Endpoint => $"http://127.0.0.1:{port}";

    public async Task InitializeAsync()
    {
        if (Missing is not null)
            return;
        foreach (var folder in (string[])["node/d1", "etc"])
            Directory.CreateDirectory(Path.Combine(directory, folder));
        var etc = Path.Combine(directory, "etc");
        var cache = await SwiftStorage.StartAsync(directory, Start);
        var proxy = Start("swift-proxy", "/usr/bin/swift-proxy-server", Write("etc/proxy-server.conf", $"""
            [DEFAULT]
            bind_ip = 127.0.0.1
            bind_port = {port}
            workers = 0
            user = {Environment.UserName}
            swift_dir = {etc}
            [pipeline:main]
            pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server
            [app:proxy-server]
            use = egg:swift#proxy
            account_autocreate = true
            conn_timeout = 10
            node_timeout = 60
            recoverable_node_timeout = 60
            [filter:catch_errors]
            use = egg:swift#catch_errors
            [filter:gatekeeper]
            use = egg:swift#gatekeeper
            [filter:healthcheck]
            use = egg:swift#healthcheck
            [filter:cache]
            use = egg:swift#memcache
            memcache_servers = 127.0.0.1:{cache}
            [filter:listing_formats]
            use = egg:swift#listing_formats
            [filter:bulk]
            use = egg:swift#bulk
            [filter:s3api]
            use = egg:swift#s3api
            location = us-east-1
            [filter:tempauth]
            use = egg:swift#tempauth
            user_test_tester = testing .admin
            [filter:copy]
            use = egg:swift#copy
            [filter:slo]
            use = egg:swift#slo
            [filter:dlo]
            use = egg:swift#dlo
            [filter:versioned_writes]
            use = egg:swift#versioned_writes
            [filter:symlink]
            use = egg:swift#symlink
            """), "-v");
        await proxy.UntilAnswersAsync(new($"{Endpoint}/healthcheck"));
    }

    ServerProcess Start(string name, params string[] command)
    {
        var server = new ServerProcess(name, directory, command);
        servers.Add(server);
        server.Start();
        return server;
    }

    string Write(string name, string text)
    {
        var file = Path.Combine(directory, name);
        File.WriteAllText(file, text);
        return file;
    }

    public async Task DisposeAsync()
    {
        foreach (var server in servers)
            await server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}

/// <summary>A fact that needs Swift, and says so where it is absent.</summary>
sealed class SwiftFactAttribute : FactAttribute
{
    public SwiftFactAttribute() => Skip = SwiftS3.Missing;
}
