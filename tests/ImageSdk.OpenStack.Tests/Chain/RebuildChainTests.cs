using System.Text.Json;
using ImageSdk.Building.Tests.Disks;
using ImageSdk.ImageBuilder.Tests;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Chain;

/// <summary>From a request to a machine that starts, with a service that is a process of its own, RabbitMQ, Keystone, Glance and Swift.</summary>
[Collection(TestCloudUsers.Name)]
public sealed class RebuildChainTests(TestCloud cloud, BuilderServers servers)
{
    const string Exchange = "testbuild-1-imagebuilder", Package = "image-builder-sample";

    [ChainFact]
    public async Task The_request_of_the_documentation_becomes_an_image_in_Glance_that_boots_though_the_service_is_killed_as_it_sends_it()
    {
        var (rabbit, disk) = await servers.StartAsync();
        // One that starts, and that root logs in to without a password.
        await disk.MakeAsync("bootable", Path.Combine(Path.GetDirectoryName(disk.File)!, "bootable.img"), ["initramfs-tools", "linux-image-cloud-amd64", "systemd-sysv", "udev"],
            "#!/bin/sh\npasswd --delete root\n", new() { ["FreeSpace"] = "32M" });
        var url = disk.Server.Url("/bootable.img");
        await using var watch = await ExchangeWatch.OpenAsync(rabbit, Exchange);
        await using var builder = await CloudBuilder.PrepareAsync(cloud, rabbit, disk);
        long id;
        using (var relay = new Relay(cloud.Glance))
        using (var gate = new Gate(relay, 1_000_000, holdsAll: true))
        {
            await builder.StartAsync(relay.Address);
            id = Post(builder.Builder.Http.BaseAddress!, url);
            await Wait.UntilAsync(() => gate.IsReached, TimeSpan.FromMinutes(10), () => string.Join('\n', watch.Messages));
            Assert.NotEqual("active", Assert.Single(await builder.FindAsync(url)).Status);
            await builder.KillAsync();
        }
        await builder.StartAsync();
        var done = await builder.CompleteAsync(id);

        // One image, and nothing of the attempt before.
        var image = Assert.Single(await builder.FindAsync(url));
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

        var saved = builder.Builder.Folder["saved.qcow2"];
        CloudBuilder.Run([("OS_CLIENT_CONFIG_FILE", builder.CloudsFile), ("OS_CLOUD", "tests")], "openstack", "image", "save", "--file", saved, image.Id.ToString());
        await BootAsync(saved);
    }

    static async Task BootAsync(string file)
    {
        for (var boots = 1; ; boots++)
            try
            {
                using var machine = new BootingMachine(uefi: false, ["-drive", $"file={file},format=qcow2,if=virtio,snapshot=on"]);
                await machine.WaitForAsync("login: ");
                machine.Type("root\n");
                await machine.WaitForAsync("# ");
                // In other words than the answer, as what is typed is shown as well.
                machine.Type($"echo $(dpkg-query -W {Package}) has $(cat /usr/share/{Package}/version)\n");
                await machine.WaitForAsync($"{Package} 1.0 has 1.0");
                return;
            }
            catch (KernelPanicException) when (boots < 3)
            {
            }
    }

    /// <summary>The example of the original's documentation, with a disk, an archive and a package that are at hand.</summary>
    static long Post(Uri builder, string url)
    {
        var answer = CloudBuilder.Run([], "curl", "--silent", "--show-error", "--dump-header", "-", "-H", "Content-Type: application/json", "-X", "POST", "--data",
            $$"""{"base_image": {"image_type": "cloud", "url_list": ["{{url}}"], "series": "trusty"}, "ppa_list": ["ppa:tests/archive"], "package_list": ["{{Package}}"], "progress_trigger": "{{Exchange}}", "ticket_id": "1", "cancel_url": null}""",
            $"{builder}api/v1/build_image/");
        Assert.StartsWith("HTTP/1.1 202 ", answer, StringComparison.Ordinal);
        return JsonDocument.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).RootElement.GetProperty("id").GetInt64();
    }
}
