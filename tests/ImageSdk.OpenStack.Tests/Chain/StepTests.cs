using System.Diagnostics;
using System.Text.Json;
using ImageSdk.ImageBuilder.Tests;
using ImageSdk.OpenStack.Tests.Servers;
using RabbitMQ.Client;
using Xunit.Abstractions;

namespace ImageSdk.OpenStack.Tests.Chain;

/// <summary>What happens to builds in each of their steps: they are cancelled, their service is killed, servers go away and come back.</summary>
[Collection(TestCloudUsers.Name)]
public sealed class StepTests(TestCloud cloud, BuilderServers servers, ITestOutputHelper output)
{
    const string Package = "image-builder-sample";

    /// <summary>Bytes of an upload that pass before it is held up.</summary>
    const long Part = 1_000_000;

    [ChainFact]
    public async Task A_build_is_cancelled_in_each_step_and_leaves_nothing()
    {
        const string slow = "image-builder-slow";
        var (rabbit, disk) = await servers.StartAsync();
        disk.AddPackage(slow, "1.0", "#!/bin/sh\nsleep 3600\n");
        await using var builder = await CloudBuilder.PrepareAsync(cloud, rabbit, disk);
        using var relay = new Relay(cloud.Glance);
        await builder.StartAsync(relay.Address);
        foreach (var (number, step) in new[] { "fetch", "unpack", "archives", "install", "finish", "repack", "upload" }.Index())
        {
            var url = await ServeAsync(disk, $"/cancelled-{step}.img", isStalled: step == "fetch");
            var asks = $"/cancel-{step}";
            disk.Server.Put(asks, """{"building": true}""");
            var request = builder.Request(url, step == "install" ? slow : Package);
            request["cancel_url"] = disk.Server.Url(asks);
            // No build comes to its end before it is cancelled.
            using var gate = new Gate(relay, Part, holdsAll: false);
            var id = await builder.Builder.SubmitAsync(request);
            var reached = await builder.ReachAsync(id, step);
            if (step == "upload")
                await Wait.UntilAsync(() => gate.IsReached);
            var clock = Stopwatch.StartNew();
            if (number % 2 == 0)
                using (await builder.Builder.Http.DeleteAsync(new Uri($"/api/v1/build_image/{id}", UriKind.Relative)))
                {
                }
            else
                disk.Server.Put(asks, """{"building": false}""");
            Assert.Equal("cancelled", TestBuilder.StateOf(await builder.Builder.WaitForEndAsync(id)));
            output.WriteLine($"{step} ({reached}): {clock.Elapsed.TotalSeconds:0.00} s");
            gate.Open();
            await builder.UntilNothingIsLeftAsync();
            output.WriteLine($"{step}: nothing left after {clock.Elapsed.TotalSeconds:0.00} s");
            await Wait.UntilAsync(async () => (await builder.FindAsync(url)).Count == 0);
            Forget(disk, $"/cancelled-{step}.img");
        }
    }

    [ChainFact]
    public async Task A_service_that_is_killed_in_each_step_completes_its_builds_when_it_starts_again()
    {
        const string slow = "image-builder-slower";
        var (rabbit, disk) = await servers.StartAsync();
        disk.AddPackage(slow, "1.0", "#!/bin/sh\nsleep 2\n");
        await using var builder = await CloudBuilder.PrepareAsync(cloud, rabbit, disk);
        // Three attempts end a build: it is killed twice at most.
        foreach (var (first, second) in new[] { ("fetch", "unpack"), ("archives", "install"), ("finish", "repack") })
        {
            var path = $"/killed-{first}.img";
            var url = await ServeAsync(disk, path, isStalled: first == "fetch");
            long id;
            using (var relay = new Relay(cloud.Glance))
            using (new Gate(relay, 0, holdsAll: true))
            {
                await builder.StartAsync(relay.Address);
                id = await builder.Builder.SubmitAsync(builder.Request(url, slow));
                await KillInAsync(first);
                if (disk.Server.Stalled.TryRemove(path, out var stalled))
                    stalled.SetResult();
                await builder.StartAsync(relay.Address);
                await KillInAsync(second);
            }
            await builder.StartAsync();
            await CompleteAsync(id, url);
            Forget(disk, path);

            async Task KillInAsync(string step)
            {
                output.WriteLine($"killed in {await builder.ReachAsync(id, step)}");
                await builder.KillAsync();
            }
        }

        // In the middle of the upload, and right after it, before anything is recorded of that.
        var sent = await ServeAsync(disk, "/killed-upload.img");
        long last;
        using (var glance = new Relay(cloud.Glance))
        using (var gate = new Gate(glance, Part, holdsAll: true))
        {
            await builder.StartAsync(glance.Address);
            last = await builder.Builder.SubmitAsync(builder.Request(sent, Package));
            await Wait.UntilAsync(() => gate.IsReached, TimeSpan.FromMinutes(5));
            await builder.KillAsync();
        }
        using (var swift = new Relay(cloud.SwiftVersion1))
        using (new Gate(swift, 0, holdsAll: true))
        {
            await builder.StartAsync(swift: swift.Address);
            await Wait.UntilAsync(async () => await builder.FindAsync(sent) is [{ Status: "active" }], TimeSpan.FromMinutes(5));
            await builder.KillAsync();
        }
        var image = Assert.Single(await builder.FindAsync(sent));
        await builder.StartAsync();
        await CompleteAsync(last, sent);
        Assert.Equal(image.Id, Assert.Single(await builder.FindAsync(sent)).Id);
        Forget(disk, "/killed-upload.img");

        async Task CompleteAsync(long id, string url)
        {
            var done = await builder.CompleteAsync(id);
            Assert.Equal((done.GetProperty("image_id").GetString(), "active"), (Assert.Single(await builder.FindAsync(url)) is var found ? found.Id.ToString() : "", found.Status));
            await builder.UntilNothingIsLeftAsync();
            await builder.KillAsync();
        }
    }

    [ChainFact]
    public async Task Of_ten_requests_equal_ones_are_built_once_also_when_they_come_by_queue()
    {
        const string queue = "image-builder-requests";
        var (rabbit, disk) = await servers.StartAsync();
        disk.AddPackage("image-builder-other", "1.0");
        var url = await ServeAsync(disk, "/ten.img", isStalled: true);
        await using var builder = await CloudBuilder.PrepareAsync(cloud, rabbit, disk, options => (options.ConcurrentBuilds, options.RequestQueue) = (2, queue));
        await builder.StartAsync();
        // By queue and by REST, while nothing of it is built.
        var byQueue = await SendAsync(Package);
        var packages = new[] { Package, "image-builder-other", Package, "apt", Package, "image-builder-other", "dpkg", Package, "apt" };
        var ids = await Task.WhenAll(packages.Select(package => builder.Builder.SubmitAsync(builder.Request(url, package))));
        disk.Server.Stalled.TryRemove("/ten.img", out var stalled);
        stalled!.SetResult();
        var ends = new Dictionary<string, HashSet<string>>();
        foreach (var (package, id) in packages.Zip(ids).Append((Package, byQueue)))
        {
            var image = (await builder.CompleteAsync(id)).GetProperty("image_id").GetString()!;
            if (!ends.TryAdd(package, [image]))
                ends[package].Add(image);
        }
        Assert.All(ends, built => Assert.Single(built.Value));
        var images = await builder.FindAsync(url);
        Assert.Equal(4, images.Count);

        // Once more, later: another image of the same bytes.
        var again = await builder.CompleteAsync(await SendAsync(Package));
        var same = Assert.Single(await builder.FindAsync(url), image => image.Id.ToString() == again.GetProperty("image_id").GetString());
        Assert.Equal(images.Single(image => image.Properties["packages"] == Package).HashValue, same.HashValue);
        await builder.UntilNothingIsLeftAsync();
        Forget(disk, "/ten.img");

        async Task<long> SendAsync(string package)
        {
            await using var connection = await rabbit.ConnectAsync();
            await using var channel = await connection.CreateChannelAsync();
            var replies = await channel.QueueDeclareAsync();
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
            await channel.BasicPublishAsync("", queue, false, new BasicProperties { ReplyTo = replies.QueueName }, JsonSerializer.SerializeToUtf8Bytes(
                new { image = url, series = "trusty", ppa_list = new[] { "ppa:tests/archive" }, package_list = new[] { package }, trigger = "" }));
            BasicGetResult? reply = null;
            await Wait.UntilAsync(async () => (reply = await channel.BasicGetAsync(replies.QueueName, autoAck: true)) is not null);
            return JsonDocument.Parse(reply!.Body).RootElement[0].GetProperty("id").GetInt64();
        }
    }

    [ChainFact]
    public async Task A_build_outlives_servers_that_stop_in_the_middle_of_it_and_start_again()
    {
        const string exchange = "testbuild-2-imagebuilder";
        var (rabbit, disk) = await servers.StartAsync();
        var url = await ServeAsync(disk, "/stopped.img", isStalled: true);
        await (await ExchangeWatch.OpenAsync(rabbit, exchange, isDurable: true)).DisposeAsync();
        await using var builder = await CloudBuilder.PrepareAsync(cloud, rabbit, disk);
        using var relay = new Relay(cloud.Glance);
        using var gate = new Gate(relay, Part, holdsAll: false);
        await builder.StartAsync(relay.Address);
        var request = builder.Request(url, "apt");
        request["progress_trigger"] = exchange;
        var id = await builder.Builder.SubmitAsync(request);
        await builder.ReachAsync(id, "fetch");

        // All of them before they are needed.
        await Task.WhenAll(rabbit.KillAsync(), cloud.GlanceServer.KillAsync(), cloud.SwiftServer.KillAsync());
        disk.Server.Stalled.TryRemove("/stopped.img", out var stalled);
        stalled!.SetResult();
        await builder.ReachAsync(id, "upload");
        cloud.GlanceServer.Start();
        await Task.WhenAll(rabbit.StartAsync(), cloud.GlanceServer.UntilAnswersAsync(cloud.Glance));

        // The broker and Glance once more, while the image is on its way; Swift is still away as documents are to go there.
        await Wait.UntilAsync(() => gate.IsReached, TimeSpan.FromMinutes(5));
        await Task.WhenAll(rabbit.KillAsync(), cloud.GlanceServer.KillAsync());
        gate.Open();
        cloud.GlanceServer.Start();
        await cloud.GlanceServer.UntilAnswersAsync(cloud.Glance);
        await Wait.UntilAsync(async () => (await builder.FindAsync(url)).Exists(image => image.Status == "active"), TimeSpan.FromMinutes(5));
        cloud.SwiftServer.Start();
        await Task.WhenAll(rabbit.StartAsync(), cloud.SwiftServer.UntilAnswersAsync(cloud.SwiftVersion1));

        var done = await builder.CompleteAsync(id);
        Assert.Equal("active", Assert.Single(await builder.FindAsync(url)).Status);
        Assert.Equal(["IMAGE", "LOGS", "MANIFEST", "SBOM"], done.GetProperty("artifacts").EnumerateArray().Select(artifact => artifact.GetProperty("type").GetString()).Order(StringComparer.Ordinal));
        await using var watch = await ExchangeWatch.ResumeAsync(rabbit, exchange);
        Assert.Equal("COMPLETED", (await watch.WaitForEndAsync()).GetProperty("state").GetString());
        Forget(disk, "/stopped.img");
    }

    /// <summary>Serves the base disk under another name and with another digest, so that nothing of it is in the cache.</summary>
    /// <param name="isStalled">Whether only half of it comes until it is let go on.</param>
    static async Task<string> ServeAsync(BaseDisk disk, string path, bool isStalled = false)
    {
        disk.Server.Files[path] = [.. await File.ReadAllBytesAsync(disk.File), .. System.Text.Encoding.UTF8.GetBytes(path)];
        if (isStalled)
            disk.Server.Stalled[path] = new();
        return disk.Server.Url(path);
    }

    static void Forget(BaseDisk disk, string path)
    {
        disk.Server.Files.TryRemove(path, out _);
        if (disk.Server.Stalled.TryRemove(path, out var stalled))
            stalled.SetResult();
    }
}
