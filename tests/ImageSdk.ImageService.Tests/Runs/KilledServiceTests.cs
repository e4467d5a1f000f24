using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>A service that is killed (SIGKILL) while it does jobs. Another one, which does none, answers meanwhile.</summary>
public sealed class KilledServiceTests
{
    [ShellFact]
    public async Task A_shell_goes_on_where_it_was()
    {
        await using var service = await ShellService.StartAsync(configure: options => options.ConcurrentJobs = 0);
        var image = await service.AddBootImageAsync();
        var job = await service.AddCustomizeJobAsync(image);
        int[] before;
        await using (var worker = WorkerProcess.Start(service))
        {
            before = await service.WaitForShellAsync(job);
            service.Ssh(before[0], "echo before > /mnt/image/image-root/etc/motd; sync");
            await worker.KillAsync();
            await service.AssertNothingIsLeftAsync();
        }
        await using (var worker = WorkerProcess.Start(service))
        {
            // What the record says of the shell is of before until then.
            await Wait.UntilAsync(async () => (await service.JobLogAsync(job)).Contains("The service was ended while the job went on", StringComparison.Ordinal));
            await Wait.UntilAsync(async () => (await service.JobLogAsync(job)).Split("Waiting for the user").Length == 3);
            Assert.Equal("before\n", service.Ssh((await service.WaitForShellAsync(job))[0], "cat /mnt/image/image-root/etc/motd; touch /mnt/image/complete"));
            var done = await service.WaitForJobAsync(job);
            Assert.True(done["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
            Assert.Equal("before\n", service.ReadRootFile(done["resultant_image_id"]!.GetValue<string>(), "etc/motd"));
            Assert.Empty(Directory.GetDirectories(Path.Combine(service.Folder, "jobs/work")));
        }
    }

    [ShellFact]
    public async Task A_cancelled_job_whose_service_was_killed_ends_when_it_starts_again()
    {
        await using var service = await ShellService.StartAsync(configure: options => options.ConcurrentJobs = 0);
        var job = await service.AddCustomizeJobAsync(await service.AddBootImageAsync());
        var files = service.Files();
        await using (var worker = WorkerProcess.Start(service))
        {
            await service.WaitForShellAsync(job);
            await worker.KillAsync();
        }
        Assert.Equal(202, (await service.SendAsync("POST", $"/v3/jobs/{job}/cancel")).Status);
        await using (WorkerProcess.Start(service))
            Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
        Assert.Equal(files, service.Files());
        await service.AssertNothingIsLeftAsync();
    }
}
