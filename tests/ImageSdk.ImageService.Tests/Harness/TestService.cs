using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.Hosting;
using ImageSdk.Hosting.Logs;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Execution;
using ImageSdk.ImageService.Hosting;
using ImageSdk.ImageService.Nodes;
using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Resources;
using ImageSdk.ImageService.Runs;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Harness;

/// <summary>A service on a free port, its records and artifacts in a directory of its own.</summary>
sealed class TestService : IAsyncDisposable
{
    readonly ServerLog log;
    readonly DaemonHost<ImageServiceDaemon> host;
    readonly bool ownsFolder;

    TestService(string folder, bool ownsFolder, ServerLog log, DaemonHost<ImageServiceDaemon> host, IArtifactStore artifacts)
    {
        (Folder, this.ownsFolder, this.log, this.host, Artifacts) = (folder, ownsFolder, log, host, artifacts);
        Client = new() { BaseAddress = new($"http://localhost:{host.Port}") };
    }

    public string Folder { get; }

    public HttpClient Client { get; }

    public IArtifactStore Artifacts { get; }

    /// <summary>Lines of the daemon's log.</summary>
    public IReadOnlyList<string> Lines => log.LastLines;

    public List<string> Log { get; } = [];

    /// <param name="folder">Where an earlier one left its records; null for a new one.</param>
    /// <param name="database">Null for a file in the folder.</param>
    /// <param name="ssh">What build nodes are asked by.</param>
    /// <param name="configure">Sets what a test needs otherwise.</param>
    /// <param name="time">Of all but the queue of jobs, where a leap would take them from who does them.</param>
    /// <param name="wrap">Comes between the service and its artifacts.</param>
    public static async Task<TestService> StartAsync(string? folder = null, string? database = null, Func<IArtifactStore, IArtifactStore>? wrap = null, string ssh = "ssh", Action<ImageServiceOptions>? configure = null, TimeProvider? time = null)
    {
        var own = folder ?? Directory.CreateTempSubdirectory("imagesdk ims é ").FullName;
        var options = new ImageServiceOptions
        {
            Port = 0, ListenAddress = "127.0.0.1", PermitInsecureMode = true, LogDirectory = "", UnixSocketPath = "", AllowRoot = true,
            Database = database ?? Path.Combine(own, "records.sqlite"), ArtifactDirectory = Path.Combine(own, "artifacts"),
        };
        // Jobs wait where a test says nothing of them.
        options.ConcurrentJobs = 0;
        configure?.Invoke(options);
        var log = new ServerLog(options, TimeProvider.System);
        TestService? service = null;
        var records = await RecordStore.OpenAsync(options.Database, CancellationToken.None);
        IArtifactStore artifacts = new DirectoryArtifacts(options.ArtifactDirectory);
        artifacts = wrap?.Invoke(artifacts) ?? artifacts;
        var runs = await JobRuns.OpenAsync(options, records, TimeProvider.System, _ => { });
        var host = await DaemonHost<ImageServiceDaemon>.StartAsync(options, log, time ?? TimeProvider.System, resources =>
        {
            var context = new ServiceContext(records, artifacts, resources.Time, line =>
            {
                lock (service!.Log)
                    service.Log.Add(line);
            }, new(new NodeSsh(ssh, options.NodeKeyFile, options.NodeKnownHosts)), options.LargestManifest, options.Jobs, runs) { LogLevel = new(log) };
            return new(context, JobParts.Open(options, context));
        });
        return service = new(own, folder is null, log, host, artifacts);
    }

    public async Task<Answer> SendAsync(string method, string path, string? body = null, string? type = "application/json")
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type is not null)
                request.Content.Headers.ContentType = new(type);
        }
        using var response = await Client.SendAsync(request);
        return new((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }

    public Task<Answer> SendAsync(string method, string path, object body) => SendAsync(method, path, JsonSerializer.Serialize(body));

    /// <summary>Makes an image with four artifacts.</summary>
    public async Task<string> AddImageAsync(string name = "image")
    {
        var id = (await SendAsync("POST", "/v3/images", new { name, arch = "aarch64", metadata = new Dictionary<string, string> { ["a"] = "b" } })).Json!["id"]!.GetValue<string>();
        var artifacts = new List<object>();
        foreach (var (file, kind) in new[] { ("rootfs", "rootfs.squashfs"), ("kernel", "kernel"), ("initrd", "initrd"), ("boot_parameters", "parameters.boot") })
        {
            var etag = await Artifacts.WriteAsync(new("boot-images", $"{id}/{file}"), Encoding.UTF8.GetBytes(file + id), CancellationToken.None);
            artifacts.Add(new { link = new { path = $"s3://boot-images/{id}/{file}", etag, type = "s3" }, type = $"application/vnd.cray.image.{kind}", md5 = etag });
        }
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new { version = "1.0", created = "2026-01-01 00:00:00", artifacts });
        var link = new { path = $"s3://boot-images/{id}/manifest.json", etag = await Artifacts.WriteAsync(new("boot-images", $"{id}/manifest.json"), manifest, CancellationToken.None), type = "s3" };
        Assert.Equal(200, (await SendAsync("PATCH", $"/v3/images/{id}", new { link })).Status);
        return id;
    }

    /// <summary>Makes a key; returns its id.</summary>
    public async Task<string> AddKeyAsync(string text = "ssh-rsa AAA") =>
        (await SendAsync("POST", "/v3/public-keys", new { name = "key", public_key = text })).Json!["id"]!.GetValue<string>();

    /// <summary>Makes a recipe with an archive; returns its id.</summary>
    public async Task<string> AddRecipeAsync(byte[] archive, string type = "kiwi-ng", object? more = null)
    {
        var id = (await SendAsync("POST", "/v3/recipes", new { name = "recipe", recipe_type = type, linux_distribution = "debian", template_dictionary = more ?? Array.Empty<object>() })).Json!["id"]!.GetValue<string>();
        var etag = await Artifacts.WriteAsync(new("ims", $"recipes/{id}/recipe.tar.gz"), archive, CancellationToken.None);
        Assert.Equal(200, (await SendAsync("PATCH", $"/v3/recipes/{id}", new { link = new { path = $"s3://ims/recipes/{id}/recipe.tar.gz", etag, type = "s3" } })).Status);
        return id;
    }

    /// <summary>Asks for a job that makes an image of a recipe; returns its id.</summary>
    public async Task<string> AddCreateJobAsync(string? recipe = null, string? key = null, bool debug = false)
    {
        var answer = await SendAsync("POST", "/v3/jobs", new
        {
            job_type = "create", artifact_id = recipe ?? await AddRecipeAsync("no archive"u8.ToArray()), public_key_id = key ?? await AddKeyAsync(), image_root_archive_name = "made image", enable_debug = debug,
        });
        Assert.True(answer.Status == 201, answer.Body);
        return answer.Json!["id"]!.GetValue<string>();
    }

    /// <summary>Waits until a job is over, or says that it waits for its user.</summary>
    public async Task<JsonNode> WaitForJobAsync(string id, string? status = null)
    {
        JsonNode? job = null;
        await Wait.UntilAsync(
            async () => (job = (await SendAsync("GET", $"/v3/jobs/{id}")).Json!)["status"]!.GetValue<string>() is var now && (now == status || now is "success" or "error"),
            limit: null, () => $"{job}\n{JobLogAsync(id).GetAwaiter().GetResult()}");
        return job!;
    }

    public async Task<string> JobLogAsync(string id) => (await SendAsync("GET", $"/v3/jobs/{id}/log")).Body;

    /// <summary>An artifact of an image as text.</summary>
    /// <param name="key">"ID/kernel".</param>
    public async Task<string> ReadTextAsync(string key) => Encoding.UTF8.GetString((await Artifacts.ReadAsync(new("boot-images", key), 1 << 20, CancellationToken.None))!);

    /// <summary>A file of an image's root.</summary>
    public string ReadRootFile(string image, string path) => SmallRoot.Run("unsquashfs", "-cat", Path.Combine(Folder, "artifacts/boot-images", image, "rootfs"), path);

    /// <summary>All artifacts, with a digest of each.</summary>
    public IReadOnlyList<string> Files()
    {
        var root = Path.Combine(Folder, "artifacts");
        return [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => (Name: Path.GetRelativePath(root, file), File: file))
            .Where(file => !file.Name.StartsWith(".metadata", StringComparison.Ordinal))
            .Select(file => $"{file.Name} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file.File)))[..8]}").Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await host.DisposeAsync();
        log.Dispose();
        if (ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }
}

/// <param name="Type">Of its content.</param>
sealed record Answer(int Status, string? Type, string Body)
{
    public JsonNode? Json => Body.Length == 0 ? null : JsonNode.Parse(Body);
}
