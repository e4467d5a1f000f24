using System.Diagnostics;
using ImageSdk.OpenStack.Http;
using ImageSdk.OpenStack.Settings;

namespace ImageSdk.OpenStack.Tests.Servers;

/// <summary>Keystone, Glance and Swift of the distribution, on ports and in a directory of the tests' own. Started once, when a test needs them.</summary>
public sealed class TestCloud : IAsyncLifetime
{
    public const string Password = "Pass-w0rd\"ü of the tests";

    /// <summary>Bytes of the largest image that its Glance takes.</summary>
    public const long LargestImage = 1_000_000_000;

    const string Region = "RegionOne";

    static readonly string[] programs = ["keystone-manage", "keystone-wsgi-public", "glance-manage", "glance-api", "swift-ring-builder", "swift-proxy-server", "swift-account-server", "swift-container-server", "swift-object-server", "memcached"];

    readonly string directory = Path.Combine(Environment.GetEnvironmentVariable("IMAGESDK_TEST_ROOT") is { Length: > 0 } given ? given : Path.GetTempPath(), "cloud-" + Guid.NewGuid().ToString("N")[..8]);
    readonly List<ServerProcess> servers = [];

    /// <summary>Removes the directory where the tests are killed.</summary>
    Process? janitor;

    readonly int keystonePort = ServerProcess.FreePort();
    readonly int glancePort = ServerProcess.FreePort();
    readonly int swiftPort = ServerProcess.FreePort();

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? Missing { get; } = programs.FirstOrDefault(program => !File.Exists($"/usr/bin/{program}")) is { } absent
        ? $"needs {absent} (packages keystone, glance-api, swift-proxy, swift-account, swift-container, swift-object, memcached)"
        : null;

    public Uri Keystone => new($"http://127.0.0.1:{keystonePort}/v3");

    public Uri Glance => new($"http://127.0.0.1:{glancePort}");

    public Uri SwiftVersion1 => new($"http://127.0.0.1:{swiftPort}/auth/v1.0");

    public string ProjectId { get; private set; } = "";

    public string UserId { get; private set; } = "";

    internal ServerProcess GlanceServer { get; private set; } = null!;

    internal ServerProcess SwiftServer { get; private set; } = null!;

    internal KeystoneAdmin Admin { get; private set; } = null!;

    /// <summary>Short, so that tests of what never comes back do not wait.</summary>
    public static RetryPolicy Retries { get; } = new(3, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200));

    /// <summary>Outlives a restart of a server on a busy machine.</summary>
    public static RetryPolicy PatientRetries { get; } = new(60, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2));

    /// <summary>Swift by the interface of S3: key "test:tester", secret "testing".</summary>
    public Uri S3 => new($"http://127.0.0.1:{swiftPort}");

    public CloudSettings Settings => new()
    {
        Origin = "The cloud of the tests", Type = AuthenticationType.Password, AuthUrl = Keystone,
        UserName = "admin", Password = Password, ProjectName = "admin", Region = Region,
    };

    public CloudSettings Version1Settings => new()
    {
        Origin = "The Swift of the tests", Type = AuthenticationType.Version1, AuthUrl = SwiftVersion1, UserName = "test:tester", Password = "testing",
    };

    public async Task InitializeAsync()
    {
        if (Missing is not null)
            return;
        foreach (var folder in (string[])["images", "staging", "tasks", "lock", "fernet", "cred", "node/d1", "etc"])
            Directory.CreateDirectory(Path.Combine(directory, folder));
        janitor = Process.Start(new ProcessStartInfo("sh", ["-c", "read line; sleep 2; rm -rf -- \"$1\"", "sh", directory]) { RedirectStandardInput = true, WorkingDirectory = "/" });
        await Task.WhenAll(StartKeystoneAsync(), StartGlanceAsync(), StartSwiftAsync());
        await Task.WhenAll(GlanceServer.UntilAnswersAsync(Glance), SwiftServer.UntilAnswersAsync(new($"http://127.0.0.1:{swiftPort}/healthcheck")));
        (ProjectId, UserId) = await Admin.WhoAmIAsync();
        await Admin.AddServiceAsync("image", Region, Glance.AbsoluteUri.TrimEnd('/'));
        await Admin.AddServiceAsync("object-store", Region, $"http://127.0.0.1:{swiftPort}/v1/AUTH_$(project_id)s");
    }

    async Task StartKeystoneAsync()
    {
        var configuration = Write("keystone.conf", $"""
            [DEFAULT]
            use_stderr = true
            log_file =
            log_dir =
            [database]
            connection = sqlite:///{directory}/keystone.sqlite?timeout=20
            [identity]
            password_hash_rounds = 4
            [fernet_tokens]
            key_repository = {directory}/fernet
            [credential]
            key_repository = {directory}/cred
            [cache]
            enabled = false
            """);
        var user = Environment.UserName;
        string[] manage = ["/usr/bin/keystone-manage", "--config-file", configuration];
        await ServerProcess.RunAsync(directory, [.. manage, "db_sync"]);
        await LetReadersAndWritersPassAsync("keystone.sqlite");
        await ServerProcess.RunAsync(directory, [.. manage, "fernet_setup", "--keystone-user", user, "--keystone-group", user]);
        await ServerProcess.RunAsync(directory, [.. manage, "credential_setup", "--keystone-user", user, "--keystone-group", user]);
        await ServerProcess.RunAsync(directory, [.. manage, "bootstrap", "--bootstrap-password", Password, "--bootstrap-region-id", Region,
            "--bootstrap-admin-url", Keystone.AbsoluteUri, "--bootstrap-public-url", Keystone.AbsoluteUri, "--bootstrap-internal-url", Keystone.AbsoluteUri]);
        var server = Start("keystone", "/usr/bin/keystone-wsgi-public", "--host", "127.0.0.1", "--port", $"{keystonePort}", "--", "--config-file", configuration);
        await server.UntilAnswersAsync(Keystone);
        Admin = new(Keystone, Password, server.ReadLog);
    }

    async Task StartGlanceAsync()
    {
        var configuration = Write("glance-api.conf", $"""
            [DEFAULT]
            bind_host = 127.0.0.1
            bind_port = {glancePort}
            workers = 0
            use_stderr = true
            enabled_backends = file:file
            node_staging_uri = file://{directory}/staging
            image_size_cap = {LargestImage}
            [database]
            connection = sqlite:///{directory}/glance.sqlite?timeout=20
            [glance_store]
            default_backend = file
            [file]
            filesystem_store_datadir = {directory}/images
            [os_glance_tasks_store]
            filesystem_store_datadir = {directory}/tasks
            [os_glance_staging_store]
            filesystem_store_datadir = {directory}/staging
            [paste_deploy]
            flavor = keystone
            config_file = /etc/glance/glance-api-paste.ini
            [keystone_authtoken]
            {Middleware()}
            [oslo_concurrency]
            lock_path = {directory}/lock
            [oslo_messaging_notifications]
            driver = noop
            """);
        await ServerProcess.RunAsync(directory, "/usr/bin/glance-manage", "--config-file", configuration, "db_sync");
        await LetReadersAndWritersPassAsync("glance.sqlite");
        GlanceServer = Start("glance", "/usr/bin/glance-api", "--config-file", configuration);
    }

    /// <summary>Services leave transactions open that only read; in SQLite's usual mode nothing could be written meanwhile.</summary>
    Task LetReadersAndWritersPassAsync(string database) => ServerProcess.RunAsync(
        directory, "/usr/bin/python3", "-c", "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('pragma journal_mode=wal')", Path.Combine(directory, database));

    string Middleware() => $"""
        www_authenticate_uri = {Keystone}
        auth_url = {Keystone}
        auth_type = password
        username = admin
        password = {Password}
        project_name = admin
        user_domain_name = Default
        project_domain_name = Default
        """;

    async Task StartSwiftAsync()
    {
        var etc = Path.Combine(directory, "etc");
        var cache = await SwiftStorage.StartAsync(directory, Start);
        // Two ways to log in: that of Swift's own accounts, and Keystone's.
        SwiftServer = Start("swift-proxy", "/usr/bin/swift-proxy-server", Write("etc/proxy-server.conf", $"""
            [DEFAULT]
            bind_ip = 127.0.0.1
            bind_port = {swiftPort}
            workers = 0
            user = {Environment.UserName}
            swift_dir = {etc}
            [pipeline:main]
            pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api authtoken keystoneauth tempauth copy proxy-server
            [app:proxy-server]
            use = egg:swift#proxy
            account_autocreate = true
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
            [filter:s3api]
            use = egg:swift#s3api
            location = us-east-1
            s3_acl = false
            [filter:copy]
            use = egg:swift#copy
            [filter:tempauth]
            use = egg:swift#tempauth
            reseller_prefix = TEMP
            user_test_tester = testing .admin
            storage_url_scheme = http
            [filter:authtoken]
            paste.filter_factory = keystonemiddleware.auth_token:filter_factory
            {Middleware()}
            delay_auth_decision = true
            [filter:keystoneauth]
            use = egg:swift#keystoneauth
            operator_roles = admin, member
            """), "-v");
    }

    ServerProcess Start(string name, params string[] command)
    {
        var server = new ServerProcess(name, directory, command);
        lock (servers)
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
        Admin?.Dispose();
        janitor?.Kill();
        janitor?.Dispose();
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }
}

[CollectionDefinition(Name)]
public sealed class TestCloudUsers : ICollectionFixture<TestCloud>, ICollectionFixture<Chain.BuilderServers>
{
    public const string Name = "a cloud of the tests' own";
}

/// <summary>A fact that needs the servers, and says so where they are absent.</summary>
sealed class CloudFactAttribute : FactAttribute
{
    public CloudFactAttribute() => Skip = TestCloud.Missing;
}
