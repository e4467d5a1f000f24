using System.Text.Json.Nodes;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>Jobs on build nodes: real sshd and podman in namespaces of this machine.</summary>
public sealed class NodeJobTests
{
    [NodeFact]
    public async Task Jobs_are_done_by_a_node_which_keeps_nothing_of_them()
    {
        await using var service = await ShellService.StartAsync(configure: TestNode.Configure);
        await using var node = await AddNodeAsync(service);
        var job = await service.AddCustomizeJobAsync(await service.AddBootImageAsync());
        var port = (await service.WaitForShellAsync(job))[0];
        var record = (await service.SendAsync("GET", $"/v3/jobs/{job}")).Json!;
        Assert.Equal((node.Address, node.Address), (record["remote_build_node"]!.GetValue<string>(), record["ssh_containers"]![0]!["connection_info"]!["customer_access"]!["host"]!.GetValue<string>()));
        Assert.Equal($"ims_{job}\n", node.Run(service, "ls -d /tmp/ims_* | xargs -n 1 basename"));
        service.Ssh(port, "echo on $REMOTE_BUILD_NODE > /mnt/image/image-root/etc/motd; touch /mnt/image/complete", node.Address);
        var done = await service.WaitForJobAsync(job);
        Assert.True(done["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
        Assert.Equal($"on {node.Address}\n", service.ReadRootFile(done["resultant_image_id"]!.GetValue<string>(), "etc/motd"));
        Assert.Equal(SmallRoot.Kernel, await service.ReadTextAsync($"{done["resultant_image_id"]}/kernel"));

        var recipe = await service.AddRecipeAsync(SmallRoot.Archive(
            ("config.xml", "<image/>"), ("root/boot/vmlinuz", "kernel of the node\n"), ("root/boot/initrd", "initrd"), ("root/etc/motd", "überlay\n")));
        job = await service.AddCreateJobAsync(recipe);
        done = await service.WaitForJobAsync(job);
        Assert.True(done["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
        Assert.Equal(node.Address, done["remote_build_node"]!.GetValue<string>());
        Assert.Equal("überlay\n", service.ReadRootFile(done["resultant_image_id"]!.GetValue<string>(), "etc/motd"));
        Assert.Equal("kernel of the node\n", await service.ReadTextAsync($"{done["resultant_image_id"]}/kernel"));
        Assert.Equal("0 0\n", node.Run(service, "echo $(ls -d /tmp/ims_* 2>/dev/null | wc -l) $(podman ps -aq | wc -l)"));
        Assert.DoesNotContain("PRIVATE KEY", await service.JobLogAsync(job));
    }

    [NodeFact]
    public async Task A_burst_of_jobs_is_spread_and_the_jobs_of_a_node_that_dies_are_done_elsewhere()
    {
        await using var service = await ShellService.StartAsync(configure: TestNode.Configure);
        await using var first = await AddNodeAsync(service);
        await using var second = await AddNodeAsync(service);
        var image = await service.AddBootImageAsync();
        var jobs = new List<string>();
        for (var count = 0; count < 4; count++)
            jobs.Add(await service.AddCustomizeJobAsync(image));
        var nodes = new List<string>();
        foreach (var job in jobs)
        {
            await service.WaitForShellAsync(job);
            nodes.Add((await service.SendAsync("GET", $"/v3/jobs/{job}")).Json!["remote_build_node"]!.GetValue<string>());
        }
        Assert.Equal([(first.Address, 2), (second.Address, 2)], nodes.CountBy(node => node).Select(node => (node.Key, node.Value)).OrderBy(node => node.Key == first.Address ? 0 : 1));
        await first.KillAsync();
        var moved = jobs[nodes.IndexOf(first.Address)];
        JsonNode? record = null;
        await ImageSdk.Tests.Wait.UntilAsync(async () =>
        {
            record = (await service.SendAsync("GET", $"/v3/jobs/{moved}")).Json!;
            return record["remote_build_node"]!.GetValue<string>() == second.Address && record["status"]!.GetValue<string>() == "waiting_on_user";
        }, limit: null, () => $"{record}\n{service.SendAsync("GET", $"/v3/jobs/{moved}/log").GetAwaiter().GetResult().Body}");
        Assert.Contains("IMG7632", (await service.SendAsync("GET", $"/v3/jobs/{moved}/log")).Body);
        service.Ssh(record!["ssh_containers"]![0]!["connection_info"]!["customer_access"]!["port"]!.GetValue<int>(), "touch /mnt/image/complete", second.Address);
        Assert.Equal("success", (await service.WaitForJobAsync(moved))["status"]!.GetValue<string>());
        // One that is removed leaves nothing either.
        var removed = jobs.First(job => job != moved);
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/jobs/{removed}")).Status);
        jobs.Remove(removed);
        foreach (var job in jobs.Where(job => job != moved))
            Assert.Equal(202, (await service.SendAsync("POST", $"/v3/jobs/{job}/cancel")).Status);
        foreach (var job in jobs.Where(job => job != moved))
            Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
        var left = "";
        await ImageSdk.Tests.Wait.UntilAsync(
            () => (left = second.Run(service, "echo $(ls -d /tmp/ims_* 2>/dev/null | wc -l) $(podman ps -aq | wc -l)")) == "0 0\n", limit: null, () => left);
    }

    static async Task<TestNode> AddNodeAsync(TestService service)
    {
        var node = await TestNode.StartAsync(service.Folder);
        Assert.Equal(201, (await service.SendAsync("POST", "/v3/remote-build-nodes", new { xname = node.Address })).Status);
        return node;
    }
}
