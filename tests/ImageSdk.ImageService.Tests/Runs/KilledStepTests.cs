using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>A service that is killed (SIGKILL) in each step of jobs, here and on nodes. Another one, which does none, answers meanwhile.</summary>
public sealed class KilledStepTests
{
    // Until the test says so in the job's folder.
    const string Hold = "until [ -e /mnt/go ]; do sleep 0.1; done\n";

    /// <summary>Jobs of all kinds share the deaths, of which a job survives four.</summary>
    [ShellFact]
    public async Task Jobs_come_to_their_end_in_whichever_step_the_service_is_killed()
    {
        await using var service = await ShellService.StartAsync(configure: options =>
        {
            options.ConcurrentJobs = 0;
            options.ImageSdkDirectory = UnpackedSdk.Write(Path.Combine(Path.GetDirectoryName(options.Database)!, "sdk"));
        });
        await using var repository = await GatedWeb.StartAsync([]);
        await using var source = await GatedWeb.StartAsync(SmallRoot.Tar());
        var kiwi = await service.AddCreateJobAsync(await service.AddRecipeAsync(SmallRoot.Archive(
            ("config.xml", $"<image><repository><source path=\"{repository.Address}/main\"/></repository></image>"), ("build.sh", $"{Hold}head -c 40m /dev/urandom >/mnt/image/build/image-root/large\n"),
            ("root/boot/vmlinuz", SmallRoot.Kernel), ("root/boot/initrd", "initrd"))));
        var project = await service.AddCreateJobAsync(await service.AddRecipeAsync(SmallRoot.Archive(
            ("a.imgproj", $"<Project Sdk=\"ImageSdk\"><PropertyGroup><SourceImageUrl>{source.Address}/root.tar</SourceImageUrl></PropertyGroup></Project>"), ("files/etc/motd", "of the recipe\n")), "imgproj"));
        var customize = await service.AddCustomizeJobAsync(await service.AddBootImageAsync());
        Func<Task>[] steps =
        [
            // The one waits for its repositories, the others are fetched or evaluated.
            async () =>
            {
                await UntilAsync(service, kiwi, _ => repository.Asked > 0);
                await UntilLogAsync(service, project, "== fetching_recipe");
                repository.Open();
            },
            async () =>
            {
                await UntilLogAsync(service, kiwi, "kiwi-ng --");
                await UntilAsync(service, project, _ => source.Asked > 0);
                await UntilLogAsync(service, customize, "Waiting for the user");
                source.Open();
            },
            async () =>
            {
                await UntilLogAsync(service, project, "UnpackSourceImage: ");
                await File.WriteAllTextAsync(Path.Combine(service.Folder, "jobs/work", kiwi, "go"), "");
                await UntilLogAsync(service, customize, "Waiting for the user", times: 2);
                service.Ssh((await service.WaitForShellAsync(customize))[0], "touch /mnt/image/complete");
                await Task.WhenAll(UntilLogAsync(service, kiwi, "Packing the root file system"), UntilLogAsync(service, customize, "Packing the root file system"));
            },
            () => Task.WhenAll(new[] { kiwi, project, customize }.Select(job => UntilLogAsync(service, job, "Uploading rootfs"))),
        ];
        foreach (var step in steps)
        {
            await using var worker = StartWorker(service);
            await step();
            await worker.KillAsync();
            await service.AssertNothingIsLeftAsync();
        }
        await using var last = StartWorker(service);
        foreach (var job in new[] { kiwi, project, customize })
        {
            var done = await service.WaitForJobAsync(job);
            Assert.True(done["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
            Assert.Equal(SmallRoot.Kernel, await service.ReadTextAsync($"{done["resultant_image_id"]}/kernel"));
        }
        // One image for each, and the one that was customized; nothing that an upload has left.
        Assert.DoesNotContain(service.Files(), file => file.Contains('~'));
        Assert.Equal(4, service.Files().Count(file => file.Contains("/manifest.json", StringComparison.Ordinal)));
        Assert.Empty(Directory.GetDirectories(Path.Combine(service.Folder, "jobs/work")));
    }

    [NodeFact]
    public async Task Nodes_are_left_by_a_service_that_is_killed_and_go_on_with_the_next()
    {
        Options.ImageServiceOptions? own = null;
        await using var service = await ShellService.StartAsync(configure: options =>
        {
            TestNode.Configure(options);
            (options.ConcurrentJobs, own) = (0, options);
        });
        await using var node = await TestNode.StartAsync(service.Folder);
        Assert.Equal(201, (await service.SendAsync("POST", "/v3/remote-build-nodes", new { xname = node.Address })).Status);
        var create = await service.AddCreateJobAsync(await service.AddRecipeAsync(SmallRoot.Archive(
            ("config.xml", "<image/>"), ("build.sh", Hold), ("root/boot/vmlinuz", SmallRoot.Kernel), ("root/boot/initrd", "initrd"))));
        var customize = await service.AddCustomizeJobAsync(await service.AddBootImageAsync());
        string[] flags = [$"-nodeImage={own!.NodeImage}", $"-nodeKeyFile={own.NodeKeyFile}", $"-nodeKnownHosts={own.NodeKnownHosts}"];
        await using (var worker = WorkerProcess.Start(service, flags))
        {
            service.Ssh((await service.WaitForShellAsync(customize))[0], "echo before > /mnt/image/image-root/etc/motd", node.Address);
            await UntilLogAsync(service, create, "kiwi-ng --");
            await worker.KillAsync();
        }
        await service.AssertNothingIsLeftAsync();
        var left = "";
        await Wait.UntilAsync(() => (left = node.Run(service, "echo $(podman ps -aq | wc -l)")) == "0\n", limit: null, () => left);
        await using var last = WorkerProcess.Start(service, flags);
        await UntilLogAsync(service, create, "kiwi-ng --", times: 2);
        node.Run(service, $"touch /tmp/ims_{create}/go");
        await UntilLogAsync(service, customize, "Waiting for the user", times: 2);
        Assert.Equal("before\n", service.Ssh((await service.WaitForShellAsync(customize))[0], "cat /mnt/image/image-root/etc/motd; touch /mnt/image/complete", node.Address));
        foreach (var job in new[] { create, customize })
            Assert.True((await service.WaitForJobAsync(job))["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
        Assert.Equal("0 0\n", node.Run(service, "echo $(ls -d /tmp/ims_* 2>/dev/null | wc -l) $(podman ps -aq | wc -l)"));
    }

    static WorkerProcess StartWorker(TestService service) => WorkerProcess.Start(service, $"-kiwi={StandIn.Kiwi}", $"-imageSdk={Path.Combine(service.Folder, "sdk")}");

    static Task UntilLogAsync(TestService service, string job, string text, int times = 1) => UntilAsync(service, job, log => log.Split(text).Length > times);

    // A job that is over comes to nothing more.
    static Task UntilAsync(TestService service, string job, Func<string, bool> isSo) => Wait.UntilAsync(
        async () => await service.JobLogAsync(job) is var log && (isSo(log) || log.Contains("== error", StringComparison.Ordinal) || log.Contains("== success", StringComparison.Ordinal)),
        limit: null, () => service.JobLogAsync(job).GetAwaiter().GetResult());
}
