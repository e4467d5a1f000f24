using System.Diagnostics;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Hosting;

/// <summary>A service manager stops the daemon in mid-build: SIGTERM, and SIGKILL where it goes on for longer than the unit says.</summary>
public sealed class ServiceStopTests
{
    static readonly TimeSpan stopTime = TimeSpan.FromSeconds(60);

    [EngineFact]
    public async Task A_stopped_daemon_ends_in_time_and_its_build_begins_again()
    {
        var unit = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "imaginator.service"));
        Assert.Contains($"TimeoutStopSec={stopTime.TotalSeconds}\n", unit, StringComparison.Ordinal);
        await using var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            var repository = Repository.Create(folder["repo"]);
            repository.Commit(("slow/manifest", """{"SourceImage": "boot/small"}"""),
                ("slow/scripts/10wait", "#!/bin/sh\necho waiting\nwhile :; do :; done\n"));
            folder.Write("streams.json", $$"""{"Streams": {"slow": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "slow"} } }""");
            folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}, \"ImageStreamsUrl\": \"{folder["streams.json"]}\"}}");
        });
        using var process = await imaginator.HandOverAsync();
        var asked = imaginator.BuildAsync("slow");
        long id = 0;
        await using (var queue = await JobQueue.OpenAsync(imaginator.JobsDatabase, new() { Maintain = false }))
            await Wait.UntilAsync(async () =>
            {
                if (await queue.ListAsync(new() { Kind = BuildJobs.BuildKind, Limit = 1 }) is not [{ State: JobState.Running } job])
                    return false;
                id = job.Id;
                await foreach (var chunk in queue.LogAsync(job.Id, follow: false))
                    if (System.Text.Encoding.UTF8.GetString(chunk.Bytes.Span).Contains("waiting\n", StringComparison.Ordinal))
                        return true;
                return false;
            });
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(stopTime);
        Assert.Equal(0, process.ExitCode);
        await Assert.ThrowsAnyAsync<Exception>(() => asked);
        Assert.DoesNotContain(imaginator.Folder.Path.Replace(" ", "\\040", StringComparison.Ordinal), await File.ReadAllTextAsync("/proc/self/mounts"), StringComparison.Ordinal);
        // The script has an end now.
        imaginator.Folder.Write("repo/slow/scripts/10wait", "#!/bin/sh\necho done\n");
        new Repository(imaginator.Folder["repo"]).Commit();
        await imaginator.TakeBackAsync();
        var again = await imaginator.Daemon.Parts.Queue.WaitAsync(id).WaitAsync(Wait.Patience);
        Assert.True(again!.State == JobState.Succeeded, again.Failure);
    }
}
