using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Batch;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Imaginator.Tests.Workers;
using ImageSdk.Jobs;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Batch;

/// <summary>Builds by jobs of Kubernetes, against a stand-in of its API server that compares them with the published schema.</summary>
public sealed class KubernetesTests : IAsyncLifetime
{
    static readonly TimeSpan soon = TimeSpan.FromMinutes(3);

    KubernetesStandIn cluster = null!;

    public async Task InitializeAsync() => cluster = await KubernetesStandIn.StartAsync();

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    Task<TestImaginator> StartAsync(string settings = "") => TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
    {
        folder.Write("m/slow/manifest", """{"SourceImage": "boot/small"}""");
        var script = folder.Write("m/slow/scripts/10wait", "#!/bin/sh\necho waiting\ni=0; while [ $i -lt 2000000 ]; do i=$((i+1)); done\necho waited\n");
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        folder.Write("streams.json", $$"""
            {"Streams": {
              "slow": {"ManifestUrl": "dir://{{folder["m"]}}", "ManifestDirectory": "slow", "WorkerLabels": ["bigmem", "example.com/disk=fast"], "MemoryMiB": 700},
              "wrong": {"ManifestUrl": "dir://{{folder["m"]}}", "ManifestDirectory": "slow", "WorkerLabels": ["no label"]} } }
            """);
        folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}, \"ImageStreamsUrl\": \"{folder["streams.json"]}\"}}");
        using (var probe = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0))
        {
            probe.Start();
            options.Port = (ushort)((System.Net.IPEndPoint)probe.LocalEndpoint).Port;
        }
        var flags = new[]
        {
            $"-jobsDatabase={folder["jobs.db"]}", "-CAfile=", "-certFile=", "-keyFile=", "-imaginatorHostname=127.0.0.1", $"-imaginatorPortNum={options.Port}", "-leaseTime=2s", "-shutdownTime=1s",
        };
        options.BuildRunner = BuildRunnerKind.Kubernetes;
        options.Jobs.Connection = folder["jobs.db"];
        options.Jobs.LeaseTime = TimeSpan.FromSeconds(2);
        options.RunnerFile = folder.Write("runner.json", $$"""
            {"Kubernetes": {"Kubeconfig": "{{folder.Write("kubeconfig", cluster.Kubeconfig)}}", "Image": "registry.example.com/imagesdk-worker:1", "Secret": "imagesdk-worker",
                            "StatePath": "{{folder["worker state"]}}", "MemoryMiB": 500, "Cpus": 1, "ServiceAccount": "builder", {{settings}}
                            "WorkerCommand": ["dotnet", "{{Path.Combine(AppContext.BaseDirectory, "imaginator.dll")}}", "worker"], "WorkerFlags": {{JsonSerializer.Serialize(flags)}} } }
            """);
    });

    static Task UntilItWaitsAsync(TestImaginator imaginator) => Wait.UntilAsync(async () =>
    {
        foreach (var job in await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Running, 10, default))
            await foreach (var chunk in imaginator.Daemon.Parts.Queue.LogAsync(job.Id, follow: false))
                if (System.Text.Encoding.UTF8.GetString(chunk.Bytes.Span).Contains("waiting\n", StringComparison.Ordinal))
                    return true;
        return false;
    }, soon);

    [WorkerFact]
    public async Task A_build_is_a_job_as_the_published_schema_has_it()
    {
        await using var imaginator = await StartAsync();
        var (response, log) = await imaginator.BuildAsync("slow", request => request with { MaximumBuildDuration = TimeSpan.FromMinutes(8) });
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
        Assert.Contains("Kubernetes job runs", log, StringComparison.Ordinal);
        Assert.All(cluster.Created, job => Assert.Empty(JobSchema.FindFaults(job)));
        // It looks for its source, has that built, and builds.
        Assert.Equal(3, cluster.Created.Count);
        var spec = cluster.Created.Last().GetProperty("spec");
        var pod = spec.GetProperty("template").GetProperty("spec");
        Assert.Equal(600, spec.GetProperty("activeDeadlineSeconds").GetInt32());
        Assert.Equal("""{"kubernetes.io/arch":"amd64","bigmem":"true","example.com/disk":"fast"}""", pod.GetProperty("nodeSelector").GetRawText());
        Assert.Equal("700Mi", pod.GetProperty("containers")[0].GetProperty("resources").GetProperty("limits").GetProperty("memory").GetString());
        Assert.Equal(["state", "secret"], pod.GetProperty("volumes").EnumerateArray().Select(volume => volume.GetProperty("name").GetString()));
        // What is done is removed, and its pods with it.
        await Wait.UntilAsync(() => cluster.Jobs.Count == 0, soon);
        Assert.Equal(3, cluster.Requests.Count(request => request.StartsWith("DELETE ", StringComparison.Ordinal) && request.EndsWith("propagationPolicy=Background", StringComparison.Ordinal)));
    }

    [WorkerFact]
    public async Task A_build_whose_pod_is_lost_is_done_by_another_while_the_server_is_away()
    {
        await using var imaginator = await StartAsync();
        var building = imaginator.BuildAsync("slow");
        await UntilItWaitsAsync(imaginator);
        cluster.IsAway = true;
        cluster.LosePod(Assert.Single(cluster.Jobs));
        await Task.Delay(TimeSpan.FromSeconds(2));
        cluster.IsAway = false;
        var (response, log) = await building;
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
        var built = (await imaginator.Daemon.Parts.Queue.ListAsync(new() { Kind = Running.EngineJob.Kind, Limit = 1 })).Single();
        Assert.Equal((JobState.Succeeded, 2), (built.State, built.Attempt));
    }

    [WorkerFact]
    public async Task A_build_goes_on_while_its_imaginator_starts_again()
    {
        await using var imaginator = await StartAsync();
        var asked = imaginator.BuildAsync("slow");
        await UntilItWaitsAsync(imaginator);
        var id = (await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Running, 1, default)).Single().Id;
        await imaginator.RestartAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => asked);
        var job = await imaginator.Daemon.Parts.Queue.WaitAsync(id).WaitAsync(soon);
        Assert.True(job!.State == JobState.Succeeded, job.Failure);
        // One for each build; the last was asked for again, and found.
        Assert.Equal(3, cluster.Created.Select(created => created.GetProperty("metadata").GetProperty("name").GetString()).Distinct().Count());
        Assert.Equal(2, (await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new())).Count);
        await Wait.UntilAsync(() => cluster.Jobs.Count == 0, soon);
    }

    [WorkerFact]
    public async Task A_cancelled_build_s_job_is_deleted()
    {
        await using var imaginator = await StartAsync();
        var building = imaginator.BuildAsync("slow");
        await UntilItWaitsAsync(imaginator);
        await imaginator.Daemon.Parts.Queue.CancelAsync((await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Running, 1, default)).Single().Id, "test");
        Assert.NotEqual("", (await building).Response.ErrorString);
        await Wait.UntilAsync(() => cluster.Jobs.Count == 0, soon);
        Assert.DoesNotContain(await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new()), image => image.StartsWith("slow", StringComparison.Ordinal));
    }

    [WorkerFact]
    public async Task What_kubernetes_refuses_or_ends_is_said()
    {
        await using var imaginator = await StartAsync("\"Restarts\": 0,");
        Assert.Matches("^error IMG7357: Kubernetes refuses the job: Job is invalid: .*no label", (await imaginator.BuildAsync("wrong")).Response.ErrorString);
        var building = imaginator.BuildAsync("slow");
        await UntilItWaitsAsync(imaginator);
        cluster.LosePod(Assert.Single(cluster.Jobs));
        Assert.Matches("^error IMG7357: Kubernetes has ended the build builds/imagesdk-.*: BackoffLimitExceeded, ", (await building).Response.ErrorString);
    }

    [Theory]
    [InlineData("{\n\"Kubernetes\": {}}", "(2,15): error IMG7310: Kubernetes needs an Image")]
    [InlineData("{\"Slurm\": {\"WorkerFlags\": 1}}", "IMG7310: WorkerFlags must be a list")]
    public void A_bad_runner_file_is_told_with_its_place(string text, string expected)
    {
        var problem = Assert.Throws<BuildException>(() => new BatchSettingsReader(new ConfigurationText("runner.json", text), _ => { }).Read());
        Assert.Contains(expected, problem.Diagnostic.ToLine(), StringComparison.Ordinal);
    }
}
