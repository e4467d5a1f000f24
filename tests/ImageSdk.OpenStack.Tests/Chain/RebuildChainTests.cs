using System.Diagnostics;
using System.Text.Json;
using ImageSdk.ImageBuilder.Options;
using ImageSdk.ImageBuilder.Tests;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Chain;

/// <summary>From a request to an image in a cloud, with a service that is a process of its own, RabbitMQ, Keystone, Glance and Swift.</summary>
[Collection(TestCloudUsers.Name)]
public sealed class RebuildChainTests(TestCloud cloud, RabbitServer rabbit, BaseDisk disk) : IClassFixture<RabbitServer>, IClassFixture<BaseDisk>
{
    const string Exchange = "testbuild-1-imagebuilder", Package = "image-builder-sample";

    [ChainFact]
    public async Task The_request_of_the_documentation_becomes_an_image_in_Glance_though_the_service_is_killed_as_it_sends_it()
    {
        await using var watch = await ExchangeWatch.OpenAsync(rabbit, Exchange);
        ImageBuilderOptions options = null!;
        await using var builder = await TestBuilder.StartAsync((given, _) =>
        {
            options = given;
            (given.CacheDirectory, given.HostPorts, given.AmqpUri) = (disk.Cache, [disk.Server.Port], rabbit.Uri);
            (given.LaunchpadAddress, given.PpaServer, given.KeyServer) = (disk.Server.Url(""), disk.Server.Url("/ppa"), disk.Server.Url(""));
        }, withEngine: true);
        (options.ImageDestination, options.DataStore) = ("glance:tests", "swift:tests");
        var clouds = builder.Folder["clouds.yaml"];
        long id;
        using (var relay = new Relay(cloud.Glance))
        {
            using var stalled = new ManualResetEventSlim();
            using var ended = new ManualResetEventSlim();
            relay.Passed = passed =>
            {
                if (passed <= 1_000_000)
                    return;
                stalled.Set();
                ended.Wait();
            };
            WriteClouds(clouds, relay.Address);
            await using (await builder.HandOverAsync(("OS_CLIENT_CONFIG_FILE", clouds)))
            {
                id = Post(builder.Http.BaseAddress!);
                await Wait.UntilAsync(() => stalled.IsSet, TimeSpan.FromMinutes(10), () => string.Join('\n', watch.Messages));
                Assert.NotEqual("active", Assert.Single(await FindAsync(Package)).Status);
            }
            ended.Set();
        }
        WriteClouds(clouds, cloud.Glance);
        await using var process = await builder.HandOverAsync(("OS_CLIENT_CONFIG_FILE", clouds));
        var done = await builder.WaitForEndAsync(id, TimeSpan.FromMinutes(10));
        Assert.True(TestBuilder.StateOf(done) == "completed", $"{done}\n{await builder.GetLogAsync(id)}");

        // One image, and nothing of the attempt before.
        var image = Assert.Single(await FindAsync(Package));
        Assert.Equal((done.GetProperty("image_id").GetString(), "active", "trusty", Package), (image.Id.ToString(), image.Status, image.Properties["series"], image.Properties["packages"]));
        var end = await watch.WaitForEndAsync();
        Assert.Equal(("COMPLETED", "1", image.Id.ToString()), (end.GetProperty("state").GetString(), end.GetProperty("ticket_id").GetString(), end.GetProperty("image_id").GetString()));
        var log = end.GetProperty("artifacts").EnumerateArray().Single(artifact => artifact.GetProperty("type").GetString() == "LOGS").GetProperty("reference").GetString()!;
        using (var http = new HttpClient())
        {
            http.DefaultRequestHeaders.Add("X-Auth-Token", await cloud.Admin.TokenAsync());
            Assert.Contains("== upload: ", await http.GetStringAsync(log), StringComparison.Ordinal);
        }
        Assert.Contains("/imagebuilder.", log, StringComparison.Ordinal);

        var (saved, raw) = (builder.Folder["saved.qcow2"], builder.Folder["saved.raw"]);
        Run([("OS_CLIENT_CONFIG_FILE", clouds), ("OS_CLOUD", "tests")], "openstack", "image", "save", "--file", saved, image.Id.ToString());
        Run([], "qemu-img", "convert", "-O", "raw", saved, raw);
        using var table = JsonDocument.Parse(Run([], "sfdisk", "--json", raw));
        var start = table.RootElement.GetProperty("partitiontable").GetProperty("partitions")[0].GetProperty("start").GetInt64() * 512;
        Assert.Equal("1.0\n", Run([], "debugfs", "-R", $"cat /usr/share/{Package}/version", $"{raw}?offset={start}"));
    }

    [ChainFact]
    public async Task A_build_outlives_servers_that_stop_and_start_again()
    {
        const string exchange = "testbuild-2-imagebuilder";
        disk.Server.Files["/stopped.img"] = await File.ReadAllBytesAsync(disk.File);
        var gate = disk.Server.Stalled["/stopped.img"] = new();
        await (await ExchangeWatch.OpenAsync(rabbit, exchange, isDurable: true)).DisposeAsync();
        ImageBuilderOptions options = null!;
        await using var builder = await TestBuilder.StartAsync((given, _) =>
        {
            options = given;
            (given.CacheDirectory, given.HostPorts, given.AmqpUri) = (disk.Cache, [disk.Server.Port], rabbit.Uri);
            (given.LaunchpadAddress, given.PpaServer, given.KeyServer) = (disk.Server.Url(""), disk.Server.Url("/ppa"), disk.Server.Url(""));
        }, withEngine: true);
        (options.ImageDestination, options.DataStore) = ("glance:tests", "swift:tests");
        var clouds = builder.Folder["clouds.yaml"];
        WriteClouds(clouds, cloud.Glance);
        await using var process = await builder.HandOverAsync(("OS_CLIENT_CONFIG_FILE", clouds));
        var request = TestBuilder.Request("apt", disk.Server.Url("/stopped.img"));
        (request["ppa_list"], request["progress_trigger"]) = (new[] { "ppa:tests/archive" }, exchange);
        var id = await builder.SubmitAsync(request);
        await Wait.UntilAsync(async () => (await builder.GetAsync(id)).GetProperty("step").GetString() == "fetch");

        await Task.WhenAll(rabbit.KillAsync(), cloud.GlanceServer.KillAsync(), cloud.SwiftServer.KillAsync());
        gate.SetResult();
        // It comes as far as it can without them.
        await Wait.UntilAsync(async () => (await builder.GetAsync(id)).GetProperty("step").GetString() == "upload", TimeSpan.FromMinutes(10));
        cloud.GlanceServer.Start();
        cloud.SwiftServer.Start();
        await Task.WhenAll(rabbit.StartAsync(), cloud.GlanceServer.UntilAnswersAsync(cloud.Glance), cloud.SwiftServer.UntilAnswersAsync(cloud.SwiftVersion1));

        var done = await builder.WaitForEndAsync(id, TimeSpan.FromMinutes(10));
        Assert.True(TestBuilder.StateOf(done) == "completed", $"{done}\n{await builder.GetLogAsync(id)}");
        Assert.Equal("active", Assert.Single(await FindAsync("apt")).Status);
        await using var watch = await ExchangeWatch.ResumeAsync(rabbit, exchange);
        Assert.Equal("COMPLETED", (await watch.WaitForEndAsync()).GetProperty("state").GetString());
    }

    /// <summary>Images of builds of this class's disk.</summary>
    /// <param name="packages">As they were asked for.</param>
    async Task<List<GlanceImage>> FindAsync(string packages)
    {
        using var images = new ImageService(cloud.Settings, retries: TestCloud.PatientRetries);
        var found = new List<GlanceImage>();
        await foreach (var image in images.ListAsync(new Dictionary<string, string> { ["packages"] = packages }))
            if (image.Properties.ContainsKey("imagesdk_build"))
                found.Add(image);
        return found;
    }

    /// <summary>The example of the original's documentation, with a disk, an archive and a package that are at hand.</summary>
    long Post(Uri builder)
    {
        var answer = Run([], "curl", "--silent", "--show-error", "--dump-header", "-", "-H", "Content-Type: application/json", "-X", "POST", "--data",
            $$"""{"base_image": {"image_type": "cloud", "url_list": ["{{disk.Url}}"], "series": "trusty"}, "ppa_list": ["ppa:tests/archive"], "package_list": ["{{Package}}"], "progress_trigger": "{{Exchange}}", "ticket_id": "1", "cancel_url": null}""",
            $"{builder}api/v1/build_image/");
        Assert.StartsWith("HTTP/1.1 202 ", answer, StringComparison.Ordinal);
        return JsonDocument.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).RootElement.GetProperty("id").GetInt64();
    }

    void WriteClouds(string file, Uri glance) => File.WriteAllText(file, $"""
        clouds:
          tests:
            auth:
              auth_url: {cloud.Keystone}
              username: admin
              password: '{TestCloud.Password}'
              project_name: admin
              user_domain_name: Default
              project_domain_name: Default
            region_name: RegionOne
            image_endpoint_override: {glance}

        """);

    static string Run((string Name, string Value)[] environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{output}{errors.Result}");
        return output;
    }

    /// <summary>A test that needs a cloud, a broker and what builds images.</summary>
    sealed class ChainFactAttribute : FactAttribute
    {
        static readonly string[] programs = ["/usr/bin/openstack", "/usr/bin/curl", "/usr/bin/qemu-img", "/usr/sbin/debugfs", "/usr/sbin/sfdisk"];

        public ChainFactAttribute() => Skip = TestCloud.Missing ?? BaseDisk.WhyNot
            ?? (programs.Append(RabbitServer.Program).FirstOrDefault(program => !File.Exists(program)) is { } missing ? $"needs {missing}; eng/test.sh installs it" : null);
    }
}
