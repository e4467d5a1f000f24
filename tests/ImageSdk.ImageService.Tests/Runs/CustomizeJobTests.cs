using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>Jobs that let a user into the root of an image.</summary>
public sealed class CustomizeJobTests
{
    [ShellFact]
    public async Task What_a_user_changes_becomes_another_image()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var service = await ShellService.StartAsync(time: clock);
        var image = await service.AddBootImageAsync();
        var before = service.Files();
        var job = await service.AddCustomizeJobAsync(image);
        var shell = (await service.WaitForShellAsync(job))[0];
        // As a container: the root is a folder of it.
        Assert.Equal("sh\n", service.Ssh(shell, "echo changed > /mnt/image/image-root/etc/motd; rm /mnt/image/image-root/boot/kernel-parameters; basename $(readlink /mnt/image/image-root/bin/sh) | sed s/busybox/sh/"));
        Assert.Equal($"{job} x86_64\n", service.Ssh(shell, "echo $IMS_JOB_ID $IMS_ARCH"));
        service.Ssh(shell, "touch /mnt/image/complete");
        var done = await service.WaitForJobAsync(job);
        Assert.True(done["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
        var id = done["resultant_image_id"]!.GetValue<string>();
        Assert.Equal("complete", done["ssh_containers"]![0]!["status"]!.GetValue<string>());
        Assert.Equal("changed\n", service.ReadRootFile(id, "etc/motd"));
        Assert.Equal(SmallRoot.Kernel, await service.ReadTextAsync($"{id}/kernel"));
        Assert.DoesNotContain(service.Files(), file => file.Contains($"{id}/boot_parameters"));
        Assert.DoesNotContain("complete", service.ListRoot(id));
        // The old one is as it was.
        Assert.Empty(before.Except(service.Files()));
        await service.AssertNothingIsLeftAsync();
    }

    [ShellFact]
    public async Task A_jail_is_the_root_and_several_containers_share_it()
    {
        await using var service = await ShellService.StartAsync();
        var job = await service.AddCustomizeJobAsync(await service.AddBootImageAsync(), new { name = "jäil", jail = true }, new { name = "free", jail = false });
        var shells = await service.WaitForShellAsync(job);
        Assert.Equal(2, shells.Distinct().Count());
        service.Ssh(shells[0], "echo of the jail > /etc/motd; test ! -e /mnt/image; cat /dev/null; test -d /proc/1");
        Assert.Equal("of the jail\n", service.Ssh(shells[1], "cat /mnt/image/image-root/etc/motd"));
        service.Ssh(shells[1], "touch /mnt/image/complete");
        Assert.Equal("waiting_on_user", (await service.SendAsync("GET", $"/v3/jobs/{job}")).Json!["status"]!.GetValue<string>());
        service.Ssh(shells[0], "touch /tmp/complete");
        var done = await service.WaitForJobAsync(job);
        Assert.True(done["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
        Assert.DoesNotContain("tmp/complete", service.ListRoot(done["resultant_image_id"]!.GetValue<string>()));
        Assert.Equal("of the jail\n", service.ReadRootFile(done["resultant_image_id"]!.GetValue<string>(), "etc/motd"));
    }

    [ShellFact]
    public async Task A_port_that_another_program_has_for_one_family_of_addresses_is_left_to_it()
    {
        // sshd would be content with the other family, and users of this one would reach that program.
        using var other = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = false };
        other.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;
        await using var service = await ShellService.StartAsync(configure: options => options.SshPorts = $"{port}-{port + 20}");
        var job = await service.AddCustomizeJobAsync(await service.AddBootImageAsync());
        var shell = port;
        // The job says that it waits before sshd has told of the second family.
        await Wait.UntilAsync(async () => (shell = (await service.WaitForShellAsync(job))[0]) != port);
        Assert.Equal("1\n", service.Ssh(shell, "echo 1"));
    }

    [ShellFact]
    public async Task A_user_who_fails_gets_no_image_and_one_who_is_away_is_not_waited_for()
    {
        var clock = new SetClock(DateTimeOffset.UtcNow);
        await using var service = await ShellService.StartAsync(time: clock);
        var image = await service.AddBootImageAsync();
        var before = service.Files();
        var job = await service.AddCustomizeJobAsync(image);
        service.Ssh((await service.WaitForShellAsync(job))[0], "touch /mnt/image/failed");
        Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
        Assert.Contains("IMG7628", await service.JobLogAsync(job));
        // Once more is from the beginning: what was said is forgotten.
        Assert.Equal(202, (await service.SendAsync("POST", $"/v3/jobs/{job}/retry")).Status);
        service.Ssh((await service.WaitForShellAsync(job))[0], "test ! -e /mnt/image/failed");
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/jobs/{job}")).Status);
        job = await service.AddCustomizeJobAsync(image);
        await service.WaitForShellAsync(job);
        Assert.Equal(202, (await service.SendAsync("POST", $"/v3/jobs/{job}/cancel")).Status);
        Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
        Assert.Contains("IMG7633", await service.JobLogAsync(job));
        job = await service.AddCustomizeJobAsync(image);
        await service.WaitForShellAsync(job);
        clock.Now += TimeSpan.FromHours(25);
        Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
        Assert.Contains("IMG7629: The job has waited for its user longer than 24 hours", await service.JobLogAsync(job));
        // Nothing of it helps those who want to know why.
        Assert.False(Directory.Exists(Path.Combine(service.Folder, "jobs/work", job)));
        job = await service.AddCustomizeJobAsync(image);
        await service.WaitForShellAsync(job);
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/jobs/{job}")).Status);
        Assert.Equal(before, service.Files());
        await service.AssertNothingIsLeftAsync();
    }
}
