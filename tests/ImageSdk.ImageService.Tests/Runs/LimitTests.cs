using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>What jobs may take of the machine.</summary>
public sealed class LimitTests
{
    [ShellFact]
    public async Task A_job_that_takes_more_than_it_may_ends_and_says_of_what()
    {
        await using var service = await ShellService.StartAsync(configure: options =>
            (options.Kiwi, options.JobMemoryLimit, options.JobDiskLimit, options.JobProcessLimit) = (StandIn.Kiwi, 64 << 20, 40 << 20, 64));
        var jobs = new List<(string Id, string Limit)>();
        foreach (var (script, limit) in new[]
                 {
                     ("head -c 200m /dev/zero | tail >/dev/null", "64MiB of memory (job_mem_size, -jobMemoryLimit)"),
                     ("for number in $(seq 200); do sleep 5 & done; wait", "64 processes (-jobProcessLimit)"),
                     ("head -c 60m /dev/zero >/mnt/image/large; sleep 60", "40MiB in its folder (build_env_size, -jobDiskLimit)"),
                 })
            jobs.Add((await service.AddCreateJobAsync(await service.AddRecipeAsync(SmallRoot.Archive(("config.xml", "<image/>"), ("build.sh", script)))), limit));
        foreach (var (id, limit) in jobs)
        {
            Assert.Equal("error", (await service.WaitForJobAsync(id))["status"]!.GetValue<string>());
            var log = await service.JobLogAsync(id);
            // A machine without such groups is said to have none.
            if (!log.Contains("IMG7639", StringComparison.Ordinal) || limit.Contains("folder", StringComparison.Ordinal))
                Assert.True(log.Contains($"IMG7637: The job reached its limit of {limit}, and was ended.\n", StringComparison.Ordinal), log);
        }
        await service.AssertNothingIsLeftAsync();
        foreach (var tree in new[] { "/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids" }.Where(Directory.Exists))
            Assert.DoesNotContain(
                Directory.EnumerateDirectories(tree, "imagesdk-ims-*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true }),
                path => jobs.Exists(job => path.Contains(job.Id, StringComparison.Ordinal)));
    }

    [ShellFact]
    public async Task A_disk_that_is_full_ends_a_job_in_one_line_and_is_free_for_the_next()
    {
        var disk = "";
        await using var service = await ShellService.StartAsync(configure: options =>
        {
            options.Kiwi = StandIn.Kiwi;
            // The queue of jobs and their logs lie on it, too.
            disk = Directory.CreateDirectory(options.StateDirectory = Path.Combine(Path.GetDirectoryName(options.Database)!, "small disk é")).FullName;
            SmallRoot.Run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk);
        });
        try
        {
            (string, string)[] small = [("config.xml", "<image/>"), ("root/boot/vmlinuz", "k"), ("root/boot/initrd", "i")];
            var job = await service.AddCreateJobAsync(await service.AddRecipeAsync(SmallRoot.Archive([.. small, ("build.sh", "head -c 100m /dev/zero >/mnt/image/large")])));
            Assert.Equal("error", (await service.WaitForJobAsync(job))["status"]!.GetValue<string>());
            var lines = (await service.JobLogAsync(job)).Split('\n');
            Assert.StartsWith("IMG7638: The disk of ", Assert.Single(lines, line => line.Contains("IMG", StringComparison.Ordinal)));
            Assert.Empty(Directory.GetDirectories(Path.Combine(disk, "work")));
            Assert.DoesNotContain(service.Files(), file => file.StartsWith("boot-images", StringComparison.Ordinal));
            job = await service.AddCreateJobAsync(await service.AddRecipeAsync(SmallRoot.Archive(small)));
            Assert.True((await service.WaitForJobAsync(job))["status"]!.GetValue<string>() == "success", await service.JobLogAsync(job));
        }
        finally
        {
            SmallRoot.Run("umount", "--lazy", disk);
        }
    }
}
