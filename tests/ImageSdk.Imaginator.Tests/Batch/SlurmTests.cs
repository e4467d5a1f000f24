using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Jobs;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Batch;

/// <summary>Builds by a real Slurm.</summary>
public sealed class SlurmTests(SlurmTests.Cluster cluster) : IClassFixture<SlurmTests.Cluster>
{
    static readonly TimeSpan soon = TimeSpan.FromMinutes(4);

    readonly SlurmCluster? slurm = cluster.Slurm;

    /// <summary>One Slurm for all of the tests, which run one after the other.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        internal SlurmCluster? Slurm { get; private set; }

        public async Task InitializeAsync() => Slurm = SlurmCluster.Missing is null ? await SlurmCluster.StartAsync() : null;

        public async Task DisposeAsync()
        {
            if (Slurm is not null)
                await Slurm.DisposeAsync();
        }
    }

    static Task<TestImaginator> StartAsync() => TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
    {
        folder.Write("m/slow/manifest", """{"SourceImage": "boot/small"}""");
        var script = folder.Write("m/slow/scripts/10wait", "#!/bin/sh\necho waiting\ni=0; while [ $i -lt 3000000 ]; do i=$((i+1)); done\necho waited\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        var url = $"dir://{folder["m"]}";
        folder.Write("streams.json", $$"""
            {"Streams": {
              "slow": {"ManifestUrl": "{{url}}", "ManifestDirectory": "slow", "WorkerLabels": ["bigmem"], "MemoryMiB": 700},
              "nowhere": {"ManifestUrl": "{{url}}", "ManifestDirectory": "slow", "WorkerLabels": ["unknown"]} } }
            """);
        folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}, \"ImageStreamsUrl\": \"{folder["streams.json"]}\"}}");
        options.RunnerFile = folder.Write("runner.json", "{}");
        options.BuildRunner = BuildRunnerKind.Slurm;
        options.Jobs.Connection = folder["jobs.db"];
        options.Jobs.LeaseTime = TimeSpan.FromSeconds(2);
        // Workers have to know it before it starts.
        using (var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0))
        {
            probe.Start();
            options.Port = (ushort)((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        }
        var flags = new[]
        {
            $"-jobsDatabase={folder["jobs.db"]}", "-CAfile=", "-certFile=", "-keyFile=", "-imaginatorHostname=127.0.0.1", $"-imaginatorPortNum={options.Port}", $"-stateDir={folder["worker's state"]}", "-leaseTime=2s", "-shutdownTime=1s",
        };
        Directory.CreateDirectory(folder["logs"]);
        folder.Write("runner.json", $$"""
            # A worker for each build.
            {"Slurm": {"WorkerCommand": ["dotnet", "{{Path.Combine(AppContext.BaseDirectory, "imaginator.dll")}}", "worker"], "WorkerFlags": {{System.Text.Json.JsonSerializer.Serialize(flags)}},
                       "MemoryMiB": 500, "PollSeconds": 1, "LogDirectory": "{{folder["logs"]}}"} }
            """);
    });

    Task UntilItWaitsAsync(TestImaginator imaginator) => Wait.UntilAsync(async () =>
    {
        foreach (var job in await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Running, 10, default))
        {
            using var log = new MemoryStream();
            await foreach (var chunk in imaginator.Daemon.Parts.Queue.LogAsync(job.Id, follow: false))
                log.Write(chunk.Bytes.Span);
            if (System.Text.Encoding.UTF8.GetString(log.ToArray()).Contains("waiting\n", StringComparison.Ordinal))
                return true;
        }
        return false;
    }, soon, () => $"{slurm!.RunAsync("squeue", "--states=all").Result}{slurm.Logs()}\n{string.Join('\n', Directory.GetFiles(imaginator.Folder["logs"]).Select(File.ReadAllText))}");

    [SlurmFact]
    public async Task A_build_has_its_stream_s_constraint_memory_and_time_limit()
    {
        await using var imaginator = await StartAsync();
        var building = imaginator.BuildAsync("slow", request => request with { MaximumBuildDuration = TimeSpan.FromMinutes(8) });
        await UntilItWaitsAsync(imaginator);
        // Name, features, memory, limit, node.
        var line = Assert.Single((await slurm!.RunAsync("squeue", "--noheader", "--states=RUNNING", "--format=%j|%f|%m|%l|%N")).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches(@"^imagesdk-[0-9a-f]{32}\|amd64&bigmem\|700M\|10:00\|n[23]$", line);
        var (response, log) = await building;
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
        Assert.Contains("Slurm job running on n", log, StringComparison.Ordinal);
        // The source, for which nothing is said, had the default.
        Assert.Contains("boot/small", (await (await imaginator.Server.ConnectImagesAsync()).GetImageAsync(response.ImageName))!.SourceImage, StringComparison.Ordinal);
        Assert.Contains("500M", await slurm.RunAsync("squeue", "--noheader", "--states=all", "--format=%m"), StringComparison.Ordinal);
    }

    [SlurmFact]
    public async Task A_cancelled_build_is_cancelled_there()
    {
        await using var imaginator = await StartAsync();
        var building = imaginator.BuildAsync("slow");
        await UntilItWaitsAsync(imaginator);
        await imaginator.Daemon.Parts.Queue.CancelAsync((await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Running, 1, default)).Single().Id, "test");
        Assert.NotEqual("", (await building).Response.ErrorString);
        await Wait.UntilAsync(async () => (await slurm!.RunAsync("squeue", "--noheader")).Length == 0, soon);
        Assert.DoesNotContain(await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new()), image => image.StartsWith("slow", StringComparison.Ordinal));
    }

    [SlurmFact]
    public async Task A_build_whose_node_fails_is_done_by_another()
    {
        await using var imaginator = await StartAsync();
        var building = imaginator.BuildAsync("slow");
        await UntilItWaitsAsync(imaginator);
        var node = (await slurm!.RunAsync("squeue", "--noheader", "--states=RUNNING", "--format=%N")).Trim();
        await slurm.KillNodeAsync(node);
        // What the controller finds out itself after a minute.
        await slurm.RunAsync("scontrol", "update", $"NodeName={node}", "State=DOWN", "Reason=lost");
        // Slurm has jobs that it queues again wait for two minutes.
        for (; !building.IsCompleted; await Task.Delay(500))
            if ((await slurm.RunAsync("squeue", "--noheader", "--states=PENDING", "--format=%A %r")).Split(' ') is [var id, var reason] && reason.StartsWith("BeginTime", StringComparison.Ordinal))
                await slurm.RunAsync("scontrol", "update", $"JobId={id}", "StartTime=now");
        var (response, log) = await building;
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + log + slurm.Logs());
        Assert.Contains($"Slurm job running on {(node == "n2" ? "n3" : "n2")}", log, StringComparison.Ordinal);
        slurm.StartNode(node);
        await Wait.UntilAsync(async () => (await slurm.RunAsync("sinfo", "--noheader", "--format=%T %D")).Contains("idle 3", StringComparison.Ordinal), soon, slurm.Logs);
    }

    [SlurmFact]
    public async Task A_controller_that_is_away_is_waited_for()
    {
        await using var imaginator = await StartAsync();
        await slurm!.StopControllerAsync();
        var building = imaginator.BuildAsync("boot/small");
        await Wait.UntilAsync(async () =>
        {
            using var log = new MemoryStream();
            foreach (var job in await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Running, 1, default))
                await foreach (var chunk in imaginator.Daemon.Parts.Queue.LogAsync(job.Id, follow: false))
                    log.Write(chunk.Bytes.Span);
            return System.Text.Encoding.UTF8.GetString(log.ToArray()).Contains("waiting for it", StringComparison.Ordinal);
        }, soon);
        slurm.StartController();
        var (response, log) = await building;
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
    }

    [SlurmFact]
    public async Task What_slurm_refuses_or_ends_is_said()
    {
        await using var imaginator = await StartAsync();
        Assert.Matches("^error IMG7356: sbatch: .*[Ii]nvalid feature", (await imaginator.BuildAsync("nowhere", request => request with { DisableRecursiveBuild = true })).Response.ErrorString);
        await imaginator.BuildAsync("boot/small");
        var building = imaginator.BuildAsync("slow");
        await UntilItWaitsAsync(imaginator);
        await slurm!.RunAsync("scancel", "--me");
        Assert.Matches("^error IMG7356: Slurm has ended the build of imagesdk-.*: CANCELLED", (await building).Response.ErrorString);
    }
}
