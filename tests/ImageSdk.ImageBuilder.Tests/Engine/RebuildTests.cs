using System.Security.Cryptography;
using System.Text.Json;
using ImageSdk.ImageBuilder.Options;

namespace ImageSdk.ImageBuilder.Tests.Engine;

/// <summary>Requests that are built by the engine itself: a disk and an archive in, a disk with a package out.</summary>
public class RebuildTests(BaseDisk disk) : IClassFixture<BaseDisk>
{
    const string Sample = "image-builder-sample";

    [ImageFact]
    public async Task A_disk_comes_out_with_the_package_in_it()
    {
        await using var builder = await StartAsync();
        var request = Request(Sample, $"{disk.Url}#sha256={disk.Digest}");
        var id = await builder.SubmitAsync(request);
        var done = await builder.WaitForEndAsync(id, TimeSpan.FromMinutes(5));
        Assert.True(TestBuilder.StateOf(done) == "completed", $"{done}\n{await builder.GetLogAsync(id)}");
        var manifest = ManifestOf(done);
        Assert.Equal("1.0", VersionOf(manifest));
        Assert.Equal($"sha256:{disk.Digest}", manifest.GetProperty("properties").GetProperty("source_digest").GetString());
        var image = new Uri(done.GetProperty("location").GetString()!).LocalPath;
        Assert.Equal("qcow2", JsonDocument.Parse(BaseDisk.Run("qemu-img", "info", "--output=json", image)).RootElement.GetProperty("format").GetString());
        var log = await builder.GetLogAsync(id);
        Assert.All(new[] { "fetch", "unpack", "archives", "install", "finish", "repack", "upload" }, step => Assert.Contains($"== {step}: ", log, StringComparison.Ordinal));

        // The same once more: nothing is left to do. And a package that has become newer is taken.
        var same = await builder.SubmitAsync(request);
        Assert.Equal("completed", TestBuilder.StateOf(await builder.WaitForEndAsync(same)));
        Assert.DoesNotContain($"Setting up {Sample}", await builder.GetLogAsync(same), StringComparison.Ordinal);
        Assert.DoesNotContain("Copying the source disk", await builder.GetLogAsync(same), StringComparison.Ordinal);
        disk.AddPackage(Sample, "2.0");
        Assert.Equal("2.0", VersionOf(ManifestOf(await builder.WaitForEndAsync(await builder.SubmitAsync(request), TimeSpan.FromMinutes(5)))));

        // What came out goes in; what has become newer is taken, asked for or not.
        disk.Server.Files["/rebuilt.img"] = await File.ReadAllBytesAsync(image);
        var rebuilt = await builder.WaitForEndAsync(await builder.SubmitAsync(Request("apt", disk.Server.Url("/rebuilt.img"))), TimeSpan.FromMinutes(5));
        Assert.Equal("2.0", VersionOf(ManifestOf(rebuilt)));
    }

    [ImageFact]
    public async Task What_lies_or_harms_is_refused()
    {
        await using var builder = await StartAsync();
        disk.Server.Redirects["/elsewhere.img"] = "http://169.254.169.254/latest";
        disk.Server.Put("/text.img", "no disk");
        disk.Server.Files["/short.img"] = (await File.ReadAllBytesAsync(disk.File))[..100_000];
        var secret = builder.Folder.Write("secret", new string('s', 65536));
        BaseDisk.Run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", secret, builder.Folder["backed.img"]);
        disk.Server.Files["/backed.img"] = await File.ReadAllBytesAsync(builder.Folder["backed.img"]);
        BaseDisk.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={builder.Folder["data"]},data_file_raw=on", builder.Folder["elsewhere.img"], "64k");
        disk.Server.Files["/data.img"] = await File.ReadAllBytesAsync(builder.Folder["elsewhere.img"]);
        disk.Server.Put("/descriptor.img", $"# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 128 FLAT \"{secret}\" 0\n");
        // One that the cache does not have under the digest that it ought to have.
        byte[] flipped = [.. await File.ReadAllBytesAsync(disk.File), 0];
        var digest = Convert.ToHexStringLower(SHA256.HashData(flipped));
        flipped[flipped.Length / 2] ^= 1;
        disk.Server.Files["/flipped.img"] = flipped;
        disk.Server.Put("/SHA256SUMS", $"{digest} *flipped.img\n{new string('1', 64)} *base.img\n");
        foreach (var (url, package, code) in new[]
        {
            ($"{disk.Url}#sha256={new string('0', 64)}", Sample, "IMG2262"), (disk.Server.Url("/missing.img"), Sample, "IMG2261"), (disk.Server.Url("/elsewhere.img"), Sample, "IMG2261"),
            (disk.Server.Url("/text.img"), Sample, "IMG2250"), (disk.Server.Url("/short.img"), Sample, "IMG2250"), (disk.Server.Url("/backed.img"), Sample, "IMG2250"),
            (disk.Server.Url("/data.img"), Sample, "IMG2250"), (disk.Server.Url("/descriptor.img"), Sample, "IMG2250"), (disk.Url, "no-such-package", "IMG4"),
            ($"{disk.Server.Url("/flipped.img")}#sha256={digest}", Sample, "IMG2262"), ($"{disk.Server.Url("/flipped.img")} {disk.Server.Url("/SHA256SUMS")}", Sample, "IMG2262"),
            ($"{disk.Url} {disk.Server.Url("/SHA256SUMS")}", Sample, "IMG2262"), (disk.Server.Url("/root.tar.gz"), Sample, "IMG6393"),
        })
        {
            var request = Request(package, url);
            request["base_image"] = new Dictionary<string, object> { ["image_type"] = "cloud", ["url_list"] = url.Split(' '), ["series"] = "trusty" };
            var id = await builder.SubmitAsync(request);
            var failed = await builder.WaitForEndAsync(id, TimeSpan.FromMinutes(5));
            Assert.Equal(("failed", 1), (TestBuilder.StateOf(failed), failed.GetProperty("attempt").GetInt32()));
            Assert.StartsWith(code, failed.GetProperty("error").GetString(), StringComparison.Ordinal);
            var log = await builder.GetLogAsync(id);
            Assert.DoesNotContain("sssss", log, StringComparison.Ordinal);
            Assert.DoesNotContain(builder.Folder["state"], log, StringComparison.Ordinal);
            Assert.DoesNotContain(builder.Folder["state"], failed.GetProperty("error").GetString()!, StringComparison.Ordinal);
        }
        var unknown = Request("apt", disk.Url);
        unknown["ppa_list"] = new[] { "ppa:nobody/nothing" };
        Assert.StartsWith("IMG4392", (await builder.WaitForEndAsync(await builder.SubmitAsync(unknown))).GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(builder.Folder["state/images"]));
        Assert.DoesNotContain("/root.tar.gz", disk.Server.Requests);
    }

    [ImageFact]
    public async Task Archives_of_the_site_take_the_place_of_PPAs()
    {
        await using var builder = await StartAsync((options, folder) =>
        {
            (options.LaunchpadAddress, options.PpaServer) = ("http://127.0.0.1:1", "http://127.0.0.1:1");
            var key = disk.WriteKey(folder["key.gpg"]);
            options.ArchivesFile = folder.Write("archives.json", JsonSerializer.Serialize(new Dictionary<string, object> { ["ppa:tests/archive"] = new { uris = new[] { disk.Server.Url("/ppa/tests/archive/ubuntu") }, keyFile = key } }));
        });
        var done = await builder.WaitForEndAsync(await builder.SubmitAsync(Request(Sample, disk.Url)), TimeSpan.FromMinutes(5));
        Assert.NotNull(VersionOf(ManifestOf(done)));
    }

    [ImageFact]
    public async Task Files_of_the_machine_are_taken_where_they_may_be()
    {
        await using var builder = await StartAsync((options, _) => options.FileRoots = new HashSet<string> { Path.GetDirectoryName(disk.File)! });
        var done = await builder.WaitForEndAsync(await builder.SubmitAsync(Request("apt", new Uri(disk.File).AbsoluteUri)), TimeSpan.FromMinutes(5));
        Assert.Equal("completed", TestBuilder.StateOf(done));
        File.CreateSymbolicLink(Path.Combine(Path.GetDirectoryName(disk.File)!, "passwd.img"), "/etc/passwd");
        using var refused = await builder.PostAsync(Request("apt", new Uri(Path.Combine(Path.GetDirectoryName(disk.File)!, "passwd.img")).AbsoluteUri));
        Assert.Equal(400, (int)refused.StatusCode);
    }

    [ImageFact]
    public async Task A_killed_service_goes_on_with_its_queue()
    {
        await using var builder = await StartAsync();
        // Killed while it fetches, and in what comes after that; the second request waits all the time.
        disk.Server.Files["/killed.img"] = await File.ReadAllBytesAsync(disk.File);
        disk.Server.Stalled["/killed.img"] = new();
        var first = await builder.SubmitAsync(Request(Sample, disk.Server.Url("/killed.img")));
        var second = await builder.SubmitAsync(Request("apt", disk.Url));
        foreach (var step in new[] { "fetch", "behind it" })
        {
            await using var process = await builder.HandOverAsync();
            if (step != "fetch" && disk.Server.Stalled.TryRemove("/killed.img", out var gate))
                gate.SetResult();
            await Wait.UntilAsync(async () => (await builder.GetAsync(first)).GetProperty("step").GetString() is var now && (step == "fetch" ? now == step : now is not ("queue" or "fetch")), explain: () => string.Join('\n', builder.LogLines));
        }
        await using (await builder.HandOverAsync())
        {
            foreach (var id in new[] { first, second })
            {
                var done = await builder.WaitForEndAsync(id, TimeSpan.FromMinutes(5));
                Assert.True(TestBuilder.StateOf(done) == "completed", $"{done}\n{await builder.GetLogAsync(id)}");
            }
        }
        Assert.Equal(2, Directory.GetDirectories(builder.Folder["state/images"]).Length);
        Assert.DoesNotContain(await File.ReadAllTextAsync("/proc/mounts"), builder.Folder.Path, StringComparison.Ordinal);
    }

    [ImageFact]
    public async Task A_request_that_takes_its_process_along_three_times_is_given_up()
    {
        await using var builder = await StartAsync();
        disk.Server.Files["/poison.img"] = await File.ReadAllBytesAsync(disk.File);
        var gate = disk.Server.Stalled["/poison.img"] = new();
        var poison = await builder.SubmitAsync(Request("apt", disk.Server.Url("/poison.img")));
        for (var times = 1; times <= 3; times++)
        {
            await using var process = await builder.HandOverAsync();
            await Wait.UntilAsync(async () => (await builder.GetAsync(poison)) is var now && now.GetProperty("attempt").GetInt32() == times && now.GetProperty("state").GetString() == "running");
        }
        await builder.StartAsync();
        var failed = await builder.WaitForEndAsync(poison);
        Assert.Equal(("failed", 3), (TestBuilder.StateOf(failed), failed.GetProperty("attempt").GetInt32()));
        Assert.NotEqual("", failed.GetProperty("error").GetString());
        gate.SetResult();
    }

    static JsonElement ManifestOf(JsonElement request) => JsonDocument.Parse(File.ReadAllText(new Uri(
        request.GetProperty("artifacts").EnumerateArray().Single(artifact => artifact.GetProperty("type").GetString() == "MANIFEST").GetProperty("reference").GetString()!).LocalPath)).RootElement;

    static string? VersionOf(JsonElement manifest) =>
        manifest.GetProperty("packages").EnumerateArray().FirstOrDefault(package => package.GetProperty("name").GetString() == Sample) is { ValueKind: JsonValueKind.Object } found ? found.GetProperty("version").GetString() : null;

    static Dictionary<string, object?> Request(string package, string url)
    {
        var request = TestBuilder.Request(package, url);
        request["ppa_list"] = new[] { "ppa:tests/archive" };
        return request;
    }

    Task<TestBuilder> StartAsync(Action<ImageBuilderOptions, Folder>? configure = null) => TestBuilder.StartAsync((options, folder) =>
    {
        options.CacheDirectory = disk.Cache;
        options.FormatOptions = "FreeSpace=8M";
        options.HostPorts = [disk.Server.Port];
        options.ConcurrentBuilds = 1;
        (options.LaunchpadAddress, options.PpaServer, options.KeyServer) = (disk.Server.Url(""), disk.Server.Url("/ppa"), disk.Server.Url(""));
        configure?.Invoke(options, folder);
    }, withEngine: true);
}
