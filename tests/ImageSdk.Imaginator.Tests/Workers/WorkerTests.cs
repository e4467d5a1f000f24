using System.Text.Json;
using ImageSdk.Dominator;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Running;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Tests.Stores;
using ImageSdk.Srpc;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Workers;

/// <summary>Workers in processes of their own, which build for an imaginator that builds nothing itself.</summary>
public sealed class WorkerTests : IDisposable
{
    static readonly TimeSpan soon = TimeSpan.FromMinutes(3);

    readonly List<TestWorker> workers = [];

    public void Dispose() => workers.ForEach(worker => worker.Dispose());

    async Task<TestWorker> StartWorkerAsync(TestImaginator imaginator, string name, params string[] flags)
    {
        var worker = await TestWorker.StartAsync(imaginator, name, flags);
        workers.Add(worker);
        return worker;
    }

    /// <summary>An imaginator with the streams <c>base</c>, <c>slow</c> and <c>app/N</c>.</summary>
    static async Task<TestImaginator> StartAsync(string? database = null, string streams = "", int apps = 1, Action<ImaginatorOptions, Folder>? configure = null) =>
        await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            var repository = Repository.Create(folder["repo"]);
            repository.Commit(
            [
                ("base/manifest", """{"SourceImage": "boot/small"}"""), ("base/files/etc/base", "base\n"), ("base/scripts/10say", "#!/bin/sh\necho base is made\n"),
                ("slow/manifest", """{"SourceImage": "base"}"""), ("slow/scripts/10wait", "#!/bin/sh\necho waiting\nread -r line < /etc/base\ni=0; while [ $i -lt 2000000 ]; do i=$((i+1)); done\necho waited\n"),
                .. Enumerable.Range(1, apps).SelectMany(n => new[]
                {
                    ($"app/{n}/manifest", """{"SourceImage": "base"}"""), ($"app/{n}/files/etc/app", $"{n}\n"),
                }),
            ]);
            folder.Write("streams.json", $$"""
                {"Streams": { {{string.Join(",", ((string[])["base", "slow", .. Enumerable.Range(1, apps).Select(n => $"app/{n}")]).Select(name =>
                    $"\"{name}\": {{\"ManifestUrl\": \"{repository.Url}\", \"ManifestDirectory\": \"{name}\"}}"))}} {{streams}} } }
                """);
            folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}, \"ImageStreamsUrl\": \"{folder["streams.json"]}\"}}");
            (options.BuildRunner, options.ConcurrentBuilds) = (BuildRunnerKind.Workers, 0);
            options.MaximumConcurrentBuildsPerUser = 0;
            options.Jobs.Connection = database ?? "";
            options.Jobs.LeaseTime = TimeSpan.FromSeconds(2);
            configure?.Invoke(options, folder);
        });

    static Task<string> GetAsync(TestImaginator imaginator, string path) => new HttpClient().GetStringAsync(new Uri($"http://127.0.0.1:{imaginator.Port}{path}"));

    static async Task<IReadOnlyList<Job>> EngineJobsAsync(TestImaginator imaginator) => await imaginator.Daemon.Parts.Queue.ListAsync(new() { Kind = EngineJob.Kind, Limit = 1000 });

    static Task<string> LogOfAsync(TestImaginator imaginator, long job) => LogOfAsync(imaginator.Daemon.Parts.Queue, job);

    static async Task<string> LogOfAsync(JobQueue queue, long job)
    {
        using var log = new MemoryStream();
        await foreach (var chunk in queue.LogAsync(job, follow: false))
            log.Write(chunk.Bytes.Span);
        return System.Text.Encoding.UTF8.GetString(log.ToArray());
    }

    [WorkerFact]
    public async Task Three_workers_share_a_rebuild_and_make_each_layer_once()
    {
        const int Apps = 30;
        await using var imaginator = await StartAsync(await JobsPostgres.CreateAsync(await PostgresServer.SharedAsync()), apps: Apps);
        await Task.WhenAll(Enumerable.Range(1, 3).Select(n => StartWorkerAsync(imaginator, $"w{n}")));
        var results = await Task.WhenAll(Enumerable.Range(1, Apps).Select(n => imaginator.BuildAsync($"app/{n}")));
        Assert.All(results, result => Assert.True(result.Response.ErrorString.Length == 0, result.Response.ErrorString + result.Log));
        // The logs of the engine's jobs, of all workers: what ran there ran once.
        var jobs = await EngineJobsAsync(imaginator);
        var logs = string.Concat(await Task.WhenAll(jobs.Select(job => LogOfAsync(imaginator, job.Id))));
        Assert.Equal(1 + 1, logs.Split("base is made\n").Length);
        Assert.Equal(Apps + 1 + 1, logs.Split("Copied files tree: 1 changed\n").Length);
        Assert.Equal(3, jobs.Select(job => job.Worker).Distinct().Count());
        var images = await imaginator.Server.ConnectImagesAsync();
        Assert.Equal(Apps + 2, (await images.ListImagesAsync(new())).Count);
        Assert.Single((await Task.WhenAll(results.Select(result => images.GetImageAsync(result.Response.ImageName)))).Select(image => image!.SourceImage).Distinct());
        // Stages are events of the builds.
        var build = (await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Succeeded, 1, default)).Single();
        var events = new List<string?>();
        await foreach (var happened in imaginator.Daemon.Parts.Queue.EventsAsync(build.Id))
            events.Add(happened.Text);
        Assert.Contains(events, text => text?.StartsWith("worker w", StringComparison.Ordinal) == true);
        Assert.Contains("stage RunScripts", events);
        // Again: nothing is made.
        var (again, log) = await imaginator.BuildAsync("app/1");
        Assert.True(again.ErrorString.Length == 0, again.ErrorString);
        Assert.DoesNotContain("Copied files tree", log, StringComparison.Ordinal);
    }

    [WorkerFact]
    public Task A_worker_that_is_killed_in_mid_build_costs_time_only() => KillAsync();

    /// <summary>Nobody sees that it is gone: its lease has to end.</summary>
    [RootWorkerFact]
    public Task A_worker_of_another_machine_that_is_killed_in_mid_build_costs_time_only() => KillAsync(TestWorker.Elsewhere);

    async Task KillAsync(params string[] flags)
    {
        // In a file: workers of the same machine need no server.
        await using var imaginator = await StartAsync();
        var first = await StartWorkerAsync(imaginator, "first", flags);
        var building = imaginator.BuildAsync("slow");
        await Wait.UntilAsync(async () => (await EngineJobsAsync(imaginator)) is [var job, ..] && (await LogOfAsync(imaginator, job.Id)).Contains("waiting\n", StringComparison.Ordinal), soon);
        var page = await GetAsync(imaginator, "/showWorkers");
        Assert.All(["first", "takes builds", "amd64", "1 of 1", ">slow</a>"], text => Assert.Contains(text, page, StringComparison.Ordinal));
        first.Process.Kill();
        await StartWorkerAsync(imaginator, "second");
        var (response, log) = await building;
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
        var job = (await EngineJobsAsync(imaginator))[0];
        Assert.Equal((JobState.Succeeded, 2, "second"), (job.State, job.Attempt, job.Worker));
        Assert.Equal(3, (await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new())).Count);
        await AssertNothingIsLeftAsync(imaginator, first.Process.Id);
    }

    [WorkerFact]
    public async Task A_worker_that_drains_finishes_what_it_has_and_takes_nothing_new()
    {
        await using var imaginator = await StartAsync();
        var worker = await StartWorkerAsync(imaginator, "w 1");
        var slow = imaginator.BuildAsync("slow");
        await Wait.UntilAsync(async () => (await EngineJobsAsync(imaginator)) is [var job, ..] && (await LogOfAsync(imaginator, job.Id)).Contains("waiting\n", StringComparison.Ordinal), soon);
        Assert.Equal(1, await RunAsync(imaginator, "drain", "none"));
        Assert.Equal(0, await RunAsync(imaginator, "drain", "w 1"));
        var app = imaginator.BuildAsync("app/1");
        Assert.Equal("", (await slow).Response.ErrorString);
        await Wait.UntilAsync(async () => (await GetAsync(imaginator, "/showWorkers")).Contains("drained", StringComparison.Ordinal), soon);
        using (var json = JsonDocument.Parse(await GetAsync(imaginator, "/showWorkers?output=json")))
            Assert.Equal(("w 1", true, "app/1"), (
                json.RootElement.GetProperty("workers")[0].GetProperty("name").GetString(), json.RootElement.GetProperty("workers")[0].GetProperty("draining").GetBoolean(),
                json.RootElement.GetProperty("waiting")[0].GetString()));
        Assert.False(app.IsCompleted);
        await Wait.UntilAsync(async () => await GetAsync(imaginator, "/prometheus") is var figures && figures.Contains("imaginator_workers{state=\"draining\"} 1\n", StringComparison.Ordinal)
            && figures.Contains("imaginator_worker_slots{state=\"draining\"} 1\n", StringComparison.Ordinal) && figures.Contains("imaginator_worker_builds{state=\"draining\"} 0\n", StringComparison.Ordinal), soon);
        Assert.Equal(0, await RunAsync(imaginator, "resume", "w 1"));
        Assert.Equal("", (await app).Response.ErrorString);
        // By a signal: it ends by itself, after what it has.
        slow = imaginator.BuildAsync("slow", request => request with { Variables = new Dictionary<string, string> { ["X"] = "1" } });
        await Wait.UntilAsync(async () => (await EngineJobsAsync(imaginator)) is [{ State: JobState.Running }, ..], soon);
        await worker.SignalAsync("USR1");
        Assert.Equal("", (await slow).Response.ErrorString);
        await worker.Process.WaitForExitAsync().WaitAsync(soon);
        Assert.Equal(0, worker.Process.ExitCode);
        Assert.Empty(await imaginator.Daemon.Parts.Queue.WorkersAsync());
    }

    static async Task<int> RunAsync(TestImaginator imaginator, params string[] words)
    {
        using var process = System.Diagnostics.Process.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "imaginator.dll"), "worker", .. words, $"-jobsDatabase={imaginator.JobsDatabase}"]);
        await process.WaitForExitAsync().WaitAsync(soon);
        return process.ExitCode;
    }

    [WorkerFact]
    public async Task Builds_go_to_workers_that_have_what_they_need()
    {
        await using var imaginator = await StartAsync(streams: """, "big": {"ManifestUrl": "dir:///nowhere", "WorkerLabels": ["bigmem"]}, "arm": {"ManifestUrl": "dir:///nowhere/$ARCH", "Architecture": "arm64"}""");
        var builds = new[] { imaginator.BuildAsync("big"), imaginator.BuildAsync("arm") };
        await StartWorkerAsync(imaginator, "plain");
        await Wait.UntilAsync(async () => (await GetAsync(imaginator, "/showWorkers")).Split("none is there").Length == 3, soon);
        await StartWorkerAsync(imaginator, "large", "-labels=fast,bigmem");
        await StartWorkerAsync(imaginator, "foreign", "-architectures=arm64");
        Assert.Equal("there is no manifest directory /nowhere", (await builds[0]).Response.ErrorString);
        Assert.Equal("there is no manifest directory /nowhere/arm64", (await builds[1]).Response.ErrorString);
        Assert.Equal(["foreign", "large"], (await EngineJobsAsync(imaginator)).Select(job => job.Worker).Order(StringComparer.Ordinal));
    }

    [WorkerFact]
    public async Task A_machine_that_cannot_build_leaves_its_builds_to_others()
    {
        await using var imaginator = await StartAsync();
        // Nothing can be made there, whoever asks.
        var broken = await StartWorkerAsync(imaginator, "broken", "-cacheDir=/proc/no cache");
        var building = imaginator.BuildAsync("boot/small");
        await Wait.UntilAsync(() => broken.Log.Contains("warning IMG7398: this machine cannot build", StringComparison.Ordinal), soon, () => broken.Log);
        await StartWorkerAsync(imaginator, "good");
        var (response, log) = await building;
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
        Assert.Equal((JobState.Succeeded, 2, "good"), (await EngineJobsAsync(imaginator)) is [var job] ? (job.State, job.Attempt, job.Worker) : default);
    }

    [WorkerFact]
    public async Task A_database_that_is_away_for_some_seconds_is_waited_for()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var imaginator = await StartAsync(await JobsPostgres.CreateAsync(server));
        await StartWorkerAsync(imaginator, "w");
        var building = imaginator.BuildAsync("slow");
        await Wait.UntilAsync(async () => (await EngineJobsAsync(imaginator)) is [var job, ..] && (await LogOfAsync(imaginator, job.Id)).Contains("waiting\n", StringComparison.Ordinal), soon);
        await server.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(4));
        await server.RestartAsync();
        var (response, log) = await building;
        Assert.True(response.ErrorString.Length == 0, response.ErrorString + log);
        Assert.Equal((JobState.Succeeded, 1), ((await EngineJobsAsync(imaginator))[0].State, (await EngineJobsAsync(imaginator))[0].Attempt));
        Assert.EndsWith("total build duration", log.TrimEnd()[..(log.LastIndexOf(':', log.TrimEnd().Length - 1))], StringComparison.Ordinal);
    }

    [WorkerFact]
    public async Task A_build_goes_on_while_its_imaginator_starts_again()
    {
        await using var imaginator = await StartAsync();
        await StartWorkerAsync(imaginator, "w");
        var asked = imaginator.BuildAsync("slow");
        await Wait.UntilAsync(async () => (await EngineJobsAsync(imaginator)) is [var job, ..] && (await LogOfAsync(imaginator, job.Id)).Contains("waiting\n", StringComparison.Ordinal), soon);
        var id = (await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Running, 10, default)).Single(job => job.Kind == BuildJobs.BuildKind).Id;
        await imaginator.RestartAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => asked);
        var job = await imaginator.Daemon.Parts.Queue.WaitAsync(id).WaitAsync(soon);
        Assert.True(job!.State == JobState.Succeeded, job.Failure);
        // Two for each that lacked its source at first, and one for the source of all: none was begun again.
        Assert.Equal(5, (await EngineJobsAsync(imaginator)).Count);
        Assert.Equal(3, (await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new())).Count);
    }

    [WorkerFact]
    public async Task An_imaginator_that_is_killed_in_mid_build_takes_what_its_worker_has_built()
    {
        await using var imaginator = await StartAsync();
        using var process = await imaginator.HandOverAsync();
        var worker = await StartWorkerAsync(imaginator, "w");
        var asked = imaginator.BuildAsync("slow");
        await using (var queue = await JobQueue.OpenAsync(imaginator.JobsDatabase, new() { Maintain = false }))
            await Wait.UntilAsync(async () =>
            {
                var jobs = await queue.ListAsync(new() { Kind = EngineJob.Kind, Limit = 1 });
                return jobs is [{ State: JobState.Running } job] && job.Input.Contains("slow", StringComparison.Ordinal) && (await LogOfAsync(queue, job.Id)).Contains("waiting\n", StringComparison.Ordinal);
            }, soon);
        process.Kill();
        await process.WaitForExitAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => asked);
        await imaginator.TakeBackAsync();
        var build = (await imaginator.Daemon.Parts.Queue.ListAsync(new() { Kind = BuildJobs.BuildKind })).Single();
        build = await imaginator.Daemon.Parts.Queue.WaitAsync(build.Id).WaitAsync(soon);
        Assert.True(build!.State == JobState.Succeeded, build.Failure);
        Assert.Equal(5, (await EngineJobsAsync(imaginator)).Count);
        var names = await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new());
        Assert.Equal((3, true), (names.Count, names.Contains(BuildOutcome.Read(build.Result!).ImageName)));
        await AssertNothingIsLeftAsync(imaginator, worker.Process.Id, exceptItself: true);
    }

    [WorkerFact]
    public async Task A_worker_needs_a_certificate_that_may_ask_for_secrets()
    {
        await using var imaginator = await StartAsync(configure: (options, folder) => EngineBuildTests.UseCertificates(options, folder));
        string[] Certificates(string name, string authority = "CA.pem") =>
            [$"-CAfile={imaginator.Folder[$"site/{authority}"]}", $"-certFile={imaginator.Folder[$"site/{name}/cert.pem"]}", $"-keyFile={imaginator.Folder[$"site/{name}/key.pem"]}"];
        var admin = new SrpcClientOptions { Certificates = ClientCertificates.Load(imaginator.Folder["site/users/admin"], DateTimeOffset.UtcNow) };
        async Task<BuildImageResponse> BuildAsync(string stream) =>
            await (await imaginator.ConnectAsync(admin)).BuildImageAsync(new() { StreamName = stream, ExpiresIn = TimeSpan.FromHours(1) }, _ => ValueTask.CompletedTask).WaitAsync(soon);
        // The image server of the tests has no TLS, and takes all.
        var powerless = await StartWorkerAsync(imaginator, "powerless", Certificates("powerless"));
        Assert.Contains("IMG7353", (await BuildAsync("boot/small")).ErrorString, StringComparison.Ordinal);
        await powerless.SignalAsync("TERM");
        await powerless.Process.WaitForExitAsync().WaitAsync(soon);
        await StartWorkerAsync(imaginator, "w", Certificates("worker"));
        Assert.Equal("", (await BuildAsync("boot/small")).ErrorString);
    }

    [WorkerFact]
    public async Task Machines_share_layers()
    {
        await using var imaginator = await StartAsync();
        var (cache, states) = (imaginator.Folder["shared"], new[] { imaginator.Folder["one"], imaginator.Folder["two"] });
        Directory.CreateDirectory(cache);
        var first = await StartWorkerAsync(imaginator, "first", $"-sharedCache={cache}", $"-stateDir={states[0]}");
        var (built, log) = await imaginator.BuildAsync("app/1");
        Assert.True(built.ErrorString.Length == 0, built.ErrorString + log);
        Assert.Contains("Copied files tree", log, StringComparison.Ordinal);
        await first.SignalAsync("TERM");
        await first.Process.WaitForExitAsync().WaitAsync(soon);
        await StartWorkerAsync(imaginator, "second", $"-sharedCache={cache}", $"-stateDir={states[1]}");
        (built, log) = await imaginator.BuildAsync("app/1");
        Assert.True(built.ErrorString.Length == 0, built.ErrorString + log);
        Assert.DoesNotContain("Copied files tree", log, StringComparison.Ordinal);
        Assert.Equal("second", (await EngineJobsAsync(imaginator))[0].Worker);
    }

    [WorkerFact]
    public async Task An_imaginator_may_be_a_worker_itself()
    {
        await using var imaginator = await StartAsync(configure: (options, _) => options.ConcurrentBuilds = 1);
        var (built, log) = await imaginator.BuildAsync("base");
        Assert.True(built.ErrorString.Length == 0, built.ErrorString + log);
        Assert.Contains($"{Environment.MachineName} (imaginator)", await GetAsync(imaginator, "/showWorkers"), StringComparison.Ordinal);
    }

    [WorkerFact]
    public async Task A_secret_variable_is_nowhere()
    {
        const string Secret = "streng-geheim-4711";
        var database = await JobsPostgres.CreateAsync(await PostgresServer.SharedAsync());
        await using var git = new GitWebServer("builder", Secret);
        await using var imaginator = await StartAsync(database, streams: $$""", "secret": {"ManifestUrl": "http://builder:$TOKEN@127.0.0.1:{{git.Port}}/repo/.git", "ManifestDirectory": "secret"}, "telling": {"ManifestUrl": "http://builder:$TOKEN@127.0.0.1:{{git.Port}}/repo/.git", "ManifestDirectory": "telling"}""", configure: (options, folder) =>
        {
            git.Root = folder.Path;
            new Repository(folder["repo"]).Commit(
                ("secret/manifest", """{"SourceImage": "boot/small"}"""), ("secret/scripts/10say", "#!/bin/sh\nenv > /etc/env\n"),
                ("telling/manifest", """{"SourceImage": "boot/small"}"""), ("telling/scripts/10say", $"#!/bin/sh\necho it is {Secret}\n"), ("telling/tests/fails", $"#!/bin/sh\necho no {Secret}\nexit 1\n"));
            options.VariablesFile = folder.Write("variables.json", $$"""{"TOKEN": "{{Secret}}"}""");
        });
        var worker = await StartWorkerAsync(imaginator, "w");
        using var watching = new CancellationTokenSource();
        var seen = Task.Run(async () =>
        {
            var found = new HashSet<string>();
            for (; !watching.IsCancellationRequested; await Task.Delay(5))
                found.UnionWith(Processes().Select(each => each.Command).Where(command => command.Contains(Secret, StringComparison.Ordinal)));
            return found;
        });
        var (built, builtLog) = await imaginator.BuildAsync("secret");
        Assert.True(built.ErrorString.Length == 0, built.ErrorString + builtLog);
        // No file of daemon, worker or image server has it.
        var files = Directory.EnumerateFiles(imaginator.Folder.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Concat(Directory.EnumerateFiles(imaginator.Server.ObjectDirectory, "*", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/repo/", StringComparison.Ordinal) && !file.EndsWith("/variables.json", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => Has(file, Secret));
        // What a manifest itself says of it is masked.
        var (response, log) = await imaginator.BuildAsync("telling");
        await watching.CancelAsync();
        Assert.Contains("tests failed", response.ErrorString, StringComparison.Ordinal);
        Assert.Contains("it is ***", log, StringComparison.Ordinal);
        Assert.True(git.Served > 0);
        Assert.Empty(await seen);
        var pages = new List<string>();
        foreach (var path in new[] { "/", "/?output=json", "/showWorkers", "/showWorkers?output=json", "/showImageStreams", "/showImageStream?secret", "/showLastBuildLog?telling&output=text", "/showAllBuilds", "/logs", "/metrics/", "/showDirectedGraph" })
            pages.Add(await GetAsync(imaginator, path));
        foreach (var text in (string[])[response.ErrorString, log, worker.Log, await JobsPostgres.DumpAsync(database), string.Join('\n', imaginator.LogLines), .. pages])
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
    }

    // Layers have devices that stand for what they remove.
    static bool Has(string file, string text)
    {
        try
        {
            return File.ReadAllBytes(file).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [WorkerFact]
    public async Task A_cancelled_build_ends_at_its_worker()
    {
        await using var imaginator = await StartAsync();
        var worker = await StartWorkerAsync(imaginator, "w");
        var building = imaginator.BuildAsync("slow");
        await Wait.UntilAsync(async () => (await EngineJobsAsync(imaginator)) is [var job, ..] && (await LogOfAsync(imaginator, job.Id)).Contains("waiting\n", StringComparison.Ordinal), soon);
        var id = (await imaginator.Daemon.Parts.Jobs.ListAsync(JobState.Running, 10, default)).Single().Id;
        await imaginator.Daemon.Parts.Queue.CancelAsync(id, "test");
        Assert.NotEqual("", (await building).Response.ErrorString);
        await Wait.UntilAsync(async () => (await EngineJobsAsync(imaginator))[0].State == JobState.Cancelled, soon);
        Assert.DoesNotContain(await (await imaginator.Server.ConnectImagesAsync()).ListImagesAsync(new()), image => image.StartsWith("slow", StringComparison.Ordinal));
        await AssertNothingIsLeftAsync(imaginator, worker.Process.Id, exceptItself: true);
    }

    /// <summary>No process, mount or outgoing object of a worker.</summary>
    static async Task AssertNothingIsLeftAsync(TestImaginator imaginator, int worker, bool exceptItself = false)
    {
        await Wait.UntilAsync(() => !Processes().Any(each => each.Command.Contains("ImageSdk.Worker.dll", StringComparison.Ordinal) && each.Command.Contains(imaginator.Folder.Path, StringComparison.Ordinal)
            || !exceptItself && each.Id == worker), soon);
        Assert.DoesNotContain(imaginator.Folder.Path.Replace(" ", "\\040", StringComparison.Ordinal), File.ReadAllText("/proc/self/mounts"), StringComparison.Ordinal);
        foreach (var directory in Directory.EnumerateDirectories(imaginator.Folder["worker state/workers"]))
            Assert.False(Directory.Exists(Path.Combine(directory, "outgoing")) && Directory.EnumerateFileSystemEntries(Path.Combine(directory, "outgoing")).Any());
    }

    /// <summary>All processes that can be seen, with their arguments.</summary>
    static IEnumerable<(int Id, string Command)> Processes()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var id))
                continue;
            string command;
            try
            {
                command = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ');
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            yield return (id, command);
        }
    }
}
