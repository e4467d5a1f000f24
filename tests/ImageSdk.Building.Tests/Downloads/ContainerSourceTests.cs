using System.Diagnostics;
using System.Text;
using ImageSdk.Building.Containers;
using ImageSdk.Building.Downloads;
using ImageSdk.Building.Fetching;
using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Downloads;

/// <summary>Layers of container images, from layouts and registries.</summary>
public sealed class ContainerSourceTests : IDisposable
{
    readonly string folder = TestHost.NewFolder();
    readonly RecordingListener listener = new();
    readonly ContainerLayout layout;

    public ContainerSourceTests()
    {
        layout = new(Path.Combine(folder, "a layout ü"));
        layout.AddImage("arm64", ContainerLayout.Layer(Path.Combine(folder, "arm.tar"), "etc/arm"));
        layout.AddImage("amd64", ContainerLayout.Layer(Path.Combine(folder, "one.tar.gz"), "etc/one"), ContainerLayout.Layer(Path.Combine(folder, "two.tar.zst"), "etc/two"));
        layout.Finish("stable");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    SourceDownloader NewDownloader(string architecture = "amd64") => new(new LayerStore(Path.Combine(folder, "cache"), Posix.Processes.UserId), architecture, listener, null, []);

    async Task<IReadOnlyList<byte[]>> FetchAsync(string url, string architecture = "amd64", string digest = "")
    {
        var download = new SourceDownload(url) { Digest = digest };
        Assert.Null(SourceDownloader.Check(download, "p"));
        using var downloader = NewDownloader(architecture);
        var found = await downloader.ResolveAsync(download, CancellationToken.None);
        Assert.Equal(layout.Index, found.ToString());
        return [.. (await downloader.FetchAsync(download, found, CancellationToken.None)).Select(File.ReadAllBytes)];
    }

    async Task<string> FailAsync(string code, string url, string architecture = "amd64")
    {
        var error = await Assert.ThrowsAsync<BuildException>(() => FetchAsync(url, architecture));
        Assert.Equal(code, error.Diagnostic.Code);
        return error.Message;
    }

    IReadOnlyList<byte[]> Expected => [File.ReadAllBytes(Path.Combine(folder, "one.tar.gz")), File.ReadAllBytes(Path.Combine(folder, "two.tar.zst"))];

    [Fact]
    public async Task A_layout_gives_the_layers_of_its_architecture()
    {
        Assert.Equal(Expected, await FetchAsync($"oci:{layout.Directory}"));
        Assert.Equal(Expected, await FetchAsync($"oci:{layout.Directory}:stable"));
        Assert.Equal("IMG2265", listener.Warnings[0].Code);
        listener.Warnings.Clear();
        Assert.Equal([File.ReadAllBytes(Path.Combine(folder, "arm.tar"))], await FetchAsync($"oci:{layout.Directory}", "arm64", layout.Index));
        Assert.Empty(listener.Warnings);
        Assert.Contains("stable", await FailAsync("IMG2267", $"oci:{layout.Directory}:other"), StringComparison.Ordinal);
        Assert.Contains("linux/arm64", await FailAsync("IMG2267", $"oci:{layout.Directory}", "riscv64"), StringComparison.Ordinal);
        await FailAsync("IMG2261", $"oci:{folder}/missing");
        var layer = Path.Combine(layout.Directory, "blobs", ContentDigest.Of(Expected[1]).ToString().Replace(':', '/'));
        File.AppendAllText(layer, "x");
        Assert.Contains(layer, await FailAsync("IMG2262", $"oci:{layout.Directory}"), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(layout.Directory, "index.json"), "[");
        await FailAsync("IMG2267", $"oci:{layout.Directory}");
    }

    [Fact]
    public async Task A_registry_is_asked_with_a_token_and_for_each_blob_once()
    {
        using var server = new RegistryServer(layout, "team/base", "12");
        var address = $"docker://127.0.0.1:{server.Port}/team/base";
        Assert.Equal(Expected, await FetchAsync($"{address}:12"));
        var blobs = server.Requests.Where(path => path.Contains("/blobs/", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, blobs.Distinct().Count());
        Assert.Equal(3, blobs.Count);
        // What is there is not asked for again, and by digest nothing is.
        Assert.Equal(Expected, await FetchAsync($"{address}:12"));
        Assert.Equal(3, server.Requests.Count(path => path.Contains("/blobs/", StringComparison.Ordinal)));
        var requests = server.Requests.Count;
        listener.Warnings.Clear();
        Assert.Equal(Expected, await FetchAsync($"{address}@{layout.Index}"));
        Assert.Equal(Expected, await FetchAsync($"{address}:12", digest: layout.Index));
        Assert.Equal(requests, server.Requests.Count);
        Assert.Empty(listener.Warnings);
        Assert.Contains("404", await FailAsync("IMG2261", $"{address}:13"), StringComparison.Ordinal);
        server.User = "me:secret";
        Assert.Contains("docker login", await FailAsync("IMG2261", $"{address}:12"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_of_registries_come_from_where_Docker_keeps_them()
    {
        using var server = new RegistryServer(layout, "team/base", "12") { User = "me:se:cret" };
        var host = $"127.0.0.1:{server.Port}";
        var config = Directory.CreateDirectory(Path.Combine(folder, "docker")).FullName;
        async Task<byte[]> Ask()
        {
            using var registry = new RegistrySource(ImageReference.TryParse($"docker://{host}/team/base:12")!, new(new LayerStore(Path.Combine(folder, "another"), Posix.Processes.UserId)), new(config), null, _ => { }, () => { });
            return await registry.ReadManifestAsync(null, CancellationToken.None);
        }
        await Assert.ThrowsAsync<DownloadException>(Ask);
        File.WriteAllText(Path.Combine(config, "config.json"), $$"""{"auths": {"{{host}}": {"auth": "{{Convert.ToBase64String("me:se:cret"u8)}}" } } }""");
        Assert.Equal(layout.Index, ContentDigest.Of(await Ask()).ToString());
        File.WriteAllText(Path.Combine(config, "config.json"), $$"""{"auths": {"{{host}}": {"auth": "{{Convert.ToBase64String("me:wrong"u8)}}" } } }""");
        Assert.DoesNotContain("wrong", (await Assert.ThrowsAsync<DownloadException>(Ask)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(config, "config.json"), $$"""{"credHelpers": {"{{host}}": "no-such-helper-of-a-test" } }""");
        Assert.Contains("docker-credential-no-such-helper-of-a-test", (await Assert.ThrowsAsync<DownloadException>(Ask)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(config, "config.json"), "{");
        await Assert.ThrowsAsync<DownloadException>(Ask);
    }

    /// <summary>The registry that everyone runs (Debian's docker-registry).</summary>
    [ArtifactFact("docker-registry")]
    public async Task A_real_registry_gives_the_same_layers()
    {
        var port = Random.Shared.Next(20_000, 32_000);
        var config = Path.Combine(folder, "registry.yml");
        File.WriteAllText(config, $"version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {folder}/registry}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n");
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/docker-registry", ["serve", config]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}/v2/team/base/") };
            await PushAsync(client);
            Assert.Equal(Expected, await FetchAsync($"docker://127.0.0.1:{port}/team/base:12"));
            Assert.Equal([File.ReadAllBytes(Path.Combine(folder, "arm.tar"))], await FetchAsync($"docker://127.0.0.1:{port}/team/base@{layout.Index}", "arm64"));
            Assert.Contains("404", await FailAsync("IMG2261", $"docker://127.0.0.1:{port}/team/other"), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    async Task PushAsync(HttpClient client)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var ready = await client.GetAsync("/v2/");
                break;
            }
            catch (HttpRequestException) when (attempt < 200)
            {
                await Task.Delay(50);
            }
        }
        var blobs = Directory.GetFiles(Path.Combine(layout.Directory, "blobs/sha256")).Select(file => (Digest: $"sha256:{Path.GetFileName(file)}", Content: File.ReadAllBytes(file))).ToList();
        foreach (var (digest, content) in blobs)
        {
            using var begun = await client.PostAsync("blobs/uploads/", null);
            var place = begun.Headers.Location!;
            using var body = new ByteArrayContent(content);
            body.Headers.ContentType = new("application/octet-stream");
            using var done = await client.PutAsync($"{new Uri(client.BaseAddress!, place)}{(place.OriginalString.Contains('?') ? '&' : '?')}digest={digest}", body);
            done.EnsureSuccessStatusCode();
        }
        // Manifests before the index that names them.
        foreach (var (digest, content) in blobs.Where(blob => blob.Content[0] == '{' && Encoding.UTF8.GetString(blob.Content).Contains("schemaVersion", StringComparison.Ordinal)).OrderBy(blob => blob.Digest == layout.Index))
        {
            using var body = new ByteArrayContent(content);
            body.Headers.ContentType = new($"application/vnd.oci.image.{(digest == layout.Index ? "index" : "manifest")}.v1+json");
            using var done = await client.PutAsync($"manifests/{(digest == layout.Index ? "12" : digest)}", body);
            done.EnsureSuccessStatusCode();
        }
    }

    [Theory]
    [InlineData("docker://debian", "registry-1.docker.io", "library/debian", "latest")]
    [InlineData("docker://team/image:1.0", "registry-1.docker.io", "team/image", "1.0")]
    [InlineData("docker://docker.io/library/debian:12-slim", "registry-1.docker.io", "library/debian", "12-slim")]
    [InlineData("docker://localhost:5000/a/b/c", "localhost:5000", "a/b/c", "latest")]
    [InlineData("docker://ghcr.io/a/b:x@sha256:0123456789012345678901234567890123456789012345678901234567890123", "ghcr.io", "a/b", "sha256:0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("docker://Upper/case", null, null, null)]
    [InlineData("docker://host.example/../x", null, null, null)]
    [InlineData("docker://", null, null, null)]
    public void References_are_read_as_Docker_reads_them(string text, string? registry, string? repository, string? tag)
    {
        var reference = ImageReference.TryParse(text);
        Assert.Equal((registry, repository, tag), (reference?.Registry, reference?.Repository, reference?.Tag));
    }
}
