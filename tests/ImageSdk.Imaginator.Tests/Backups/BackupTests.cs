using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using ImageSdk.Dominator;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Jobs;
using ImageSdk.Jobs.Queues;
using ImageSdk.Jobs.Tests.Stores;
using ImageSdk.Imaginator.Tests.Workers;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Backups;

/// <summary><c>imaginator backup</c> and <c>imaginator restore</c>.</summary>
public sealed class BackupTests
{
    const string Streams = """{"Streams": {"base/os": {}, "app/ü one": {}}}""";
    const string Secret = "streng-geheim-4711";

    sealed record Ended(int ExitCode, string Output, string Errors);

    static async Task<Ended> RunAsync(params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "imaginator.dll"), .. words]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Wait.Patience);
        return new(process.ExitCode, await output, await errors);
    }

    static string[] FlagsOf(Folder folder, string suffix = "") =>
        [$"-stateDir={folder[$"state{suffix}"]}", $"-buildLogDir={folder[$"builds{suffix}"]}", $"-configurationUrl={folder["conf.json"]}", $"-variablesFile={folder["variables.json"]}", "-CAfile=", "-certFile=", "-keyFile="];

    static Task<TestImaginator> StartAsync(Action<Options.ImaginatorOptions, Folder>? configure = null) =>
        TestImaginator.StartAsync(Streams, "\"ImageStreamsToAutoRebuild\": [\"base/os\"]", configure: (options, folder) =>
        {
            options.VariablesFile = folder.Write("variables.json", $$"""{"TOKEN": "{{Secret}}"}""");
            options.MaximumConcurrentBuildsPerUser = 0;
            // The process of the jobs that go on, which is that of the test, lives on.
            options.Jobs.LeaseTime = TimeSpan.FromSeconds(2);
            configure?.Invoke(options, folder);
        });

    /// <summary>What can be seen of builds.</summary>
    static async Task<string> HistoryAsync(JobQueue queue)
    {
        var text = new StringBuilder();
        foreach (var job in await queue.ListAsync(new() { Limit = 1000 }))
        {
            // What was going on begins again.
            text.AppendLine(job.State == JobState.Succeeded || job.State == JobState.Failed ? job.ToString() : $"{job.Id} {job.Kind} {job.Input}");
            if (job.State.IsFinal())
                await foreach (var chunk in queue.LogAsync(job.Id, follow: false))
                    text.AppendLine(Encoding.UTF8.GetString(chunk.Bytes.Span));
        }
        return text.ToString();
    }

    static async Task<string> DescribeAsync(string database)
    {
        await using var queue = await JobQueue.OpenAsync(database, new() { Maintain = false });
        return await HistoryAsync(queue);
    }

    public static TheoryData<bool> Databases => PostgresServer.Programs is null ? new(false) : new(false, true);

    [Theory, MemberData(nameof(Databases))]
    public async Task A_daemon_goes_on_from_its_backup(bool withPostgres)
    {
        var databases = withPostgres ? new[] { await JobsPostgres.CreateAsync(await PostgresServer.SharedAsync()), await JobsPostgres.CreateAsync(await PostgresServer.SharedAsync()) } : null;
        await using var imaginator = await StartAsync((options, _) => options.Jobs.Connection = databases?[0] ?? "");
        var (folder, client) = (imaginator.Folder, await imaginator.ConnectAsync());
        Assert.Equal("", (await imaginator.BuildAsync("base/os")).Response.ErrorString);
        imaginator.Builder!.Failures["app/ü one"] = "broken";
        Assert.NotEqual("", (await imaginator.BuildAsync("app/ü one")).Response.ErrorString);
        imaginator.Builder.Failures.Clear();
        await client.DisableAutoBuildsAsync(TimeSpan.FromHours(2));
        var gate = new TaskCompletionSource();
        imaginator.Builder.Gate = gate.Task;
        // Two that go on, and one that waits.
        string[] streams = ["base/os", "app/ü one", "base/os"];
        var asked = streams.Select((stream, number) => Assert.ThrowsAnyAsync<Exception>(
            () => imaginator.BuildAsync(stream, request => request with { Variables = new Dictionary<string, string> { ["N"] = $"{number}" } }))).ToArray();
        await Wait.UntilAsync(() => imaginator.Builder.Builds.Count == 4);
        await Wait.UntilAsync(async () => (await imaginator.Daemon.Parts.Jobs.ListCurrentAsync(null, default)).Count == 3);
        var disabled = imaginator.Daemon.Parts.Switches.AutomaticDisabledUntil;

        string[] database = withPostgres ? [$"-jobsDatabase={databases![0]}"] : [];
        var file = folder["backup ü.tar.gz"];
        var backup = await RunAsync(["backup", file, .. FlagsOf(folder), .. database]);
        Assert.Equal((0, ""), (backup.ExitCode, backup.Errors));
        Assert.Contains(folder["streams.json"], backup.Output, StringComparison.Ordinal);
        Assert.Contains("2 logs of builds", backup.Output, StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(file));
        Assert.False(Directory.Exists(file + "~"));

        // The machine is lost, but for the image server.
        await imaginator.RestoreAsync(folder["state 2"], folder["builds 2"], databases?[1] ?? "", async () =>
        {
            await Task.WhenAll(asked);
            imaginator.Builder.Gate = Task.CompletedTask;
            foreach (var lost in new[] { "conf.json", "streams.json" })
                File.Move(folder[lost], folder[lost + ".lost"]);
            string[] target = withPostgres ? [$"-jobsDatabase={databases![1]}"] : [];
            var restore = await RunAsync(["restore", file, .. FlagsOf(folder, " 2"), .. target]);
            Assert.Equal((0, ""), (restore.ExitCode, restore.Errors));
            Assert.False(Directory.Exists(Path.Combine(folder["state 2"], ".restore~")));
            Assert.Equal(File.ReadAllText(folder["conf.json.lost"]), await File.ReadAllTextAsync(folder["conf.json"]));
            Assert.Equal(File.ReadAllText(folder["streams.json.lost"]), await File.ReadAllTextAsync(folder["streams.json"]));
            Assert.Equal(await ReadJobsAsync(file), await DescribeAsync(databases?[1] ?? folder["state 2/jobs.db"]));
        });
        var parts = imaginator.Daemon.Parts;
        Assert.Equal(disabled, parts.Switches.AutomaticDisabledUntil);
        await Wait.UntilAsync(async () => (await parts.Jobs.ListCurrentAsync(null, default)).Count == 0);
        var all = await parts.Queue.ListAsync(new() { Kind = BuildJobs.BuildKind, Limit = 100 });
        Assert.Equal([JobState.Succeeded, JobState.Succeeded, JobState.Succeeded, JobState.Failed, JobState.Succeeded], all.Select(job => job.State));
        Assert.Equal(5, parts.Archive.List().Count);
        Assert.Equal("", (await imaginator.BuildAsync("app/ü one")).Response.ErrorString);
    }

    /// <summary>The jobs of a backup.</summary>
    static async Task<string> ReadJobsAsync(string file)
    {
        var copy = Directory.CreateTempSubdirectory();
        try
        {
            await using var tar = new TarReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            while (await tar.GetNextEntryAsync() is { } entry)
                if (entry.Name == "jobs.db")
                    await entry.ExtractToFileAsync(Path.Combine(copy.FullName, "jobs.db"), overwrite: false);
            return await DescribeAsync(Path.Combine(copy.FullName, "jobs.db"));
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    static async Task<string> UnpackedAsync(string file)
    {
        using var unpacked = new MemoryStream();
        await using var compressed = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        await compressed.CopyToAsync(unpacked);
        return Encoding.Latin1.GetString(unpacked.ToArray());
    }

    [Fact]
    public async Task Secrets_are_in_it_where_that_is_asked_for()
    {
        await using var imaginator = await StartAsync();
        var folder = imaginator.Folder;
        var without = await RunAsync(["backup", folder["without"], .. FlagsOf(folder)]);
        Assert.Contains($"not in the backup: {folder["variables.json"]}, which has secrets", without.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, await UnpackedAsync(folder["without"]), StringComparison.Ordinal);
        File.SetUnixFileMode(folder["variables.json"], (UnixFileMode)0x180);
        var with = await RunAsync(["backup", folder["with"], "-withSecrets", .. FlagsOf(folder)]);
        Assert.Contains($"{folder["variables.json"]} (a secret)", with.Output, StringComparison.Ordinal);
        Assert.Contains(Secret, await UnpackedAsync(folder["with"]), StringComparison.Ordinal);
        File.Delete(folder["variables.json"]);
        Assert.Equal(0, (await RunAsync(["restore", folder["with"], .. FlagsOf(folder, "2")])).ExitCode);
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(folder["variables.json"]));
        Assert.Contains(Secret, await File.ReadAllTextAsync(folder["variables.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_overwritten()
    {
        await using var imaginator = await StartAsync();
        var folder = imaginator.Folder;
        var file = folder["backup"];
        Assert.Equal(0, (await RunAsync(["backup", file, .. FlagsOf(folder)])).ExitCode);
        var content = File.ReadAllBytes(file);

        await RefusedAsync("IMG7390", ["backup", file, .. FlagsOf(folder)]);
        Assert.Equal(content, File.ReadAllBytes(file));
        await RefusedAsync("IMG7390", ["backup", folder["other"], .. FlagsOf(folder, " that is not there")]);
        // A daemon that runs; and what is there.
        await RefusedAsync("IMG7392", ["restore", file, .. FlagsOf(folder)]);
        Directory.CreateDirectory(folder["state3"]);
        folder.Write("state3/own", "mine");
        await RefusedAsync("IMG7391", ["restore", file, .. FlagsOf(folder, "3")]);
        folder.Write("builds4/own", "mine");
        await RefusedAsync("IMG7391", ["restore", file, .. FlagsOf(folder, "4")]);
        Assert.False(Directory.Exists(folder["state4"]));
        var streams = await File.ReadAllTextAsync(folder["streams.json"]);
        folder.Write("streams.json", "{\"Streams\": {}}");
        var refused = await RefusedAsync("IMG7395", ["restore", file, .. FlagsOf(folder, "5")]);
        Assert.Contains(folder["streams.json"], refused, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["state5"]));
        Assert.Equal(0, (await RunAsync(["restore", file, "-keepConfiguration", .. FlagsOf(folder, "5")])).ExitCode);
        Assert.Equal("{\"Streams\": {}}", await File.ReadAllTextAsync(folder["streams.json"]));
        folder.Write("streams.json", streams);
    }

    static async Task<string> RefusedAsync(string code, string[] words)
    {
        var ended = await RunAsync(words);
        Assert.Equal(1, ended.ExitCode);
        Assert.Contains($"error {code}: ", ended.Errors, StringComparison.Ordinal);
        return ended.Errors;
    }

    [Fact]
    public async Task What_is_no_whole_backup_is_not_restored()
    {
        await using var imaginator = await StartAsync();
        var folder = imaginator.Folder;
        Assert.Equal(0, (await RunAsync(["backup", folder["backup"], .. FlagsOf(folder)])).ExitCode);
        var content = await File.ReadAllBytesAsync(folder["backup"]);
        await File.WriteAllBytesAsync(folder["cut"], content[..(content.Length / 2)]);
        folder.Write("text", "no archive");
        await WriteArchiveAsync(folder["odd"], ("backup.json", "{\"Format\":1}"), ("jobs.db", ""), ("logs/../../../escaped", "x"), ("end", ""));
        await WriteArchiveAsync(folder["newer"], ("backup.json", "{\"Format\":2,\"Version\":\"9\"}"), ("jobs.db", ""), ("end", ""));
        foreach (var name in new[] { "cut", "text", "odd", "newer", "there is none" })
        {
            await RefusedAsync("IMG7394", ["restore", folder[name], .. FlagsOf(folder, "2")]);
            Assert.False(Directory.Exists(folder["state2"]), name);
            Assert.False(Directory.Exists(folder["builds2"]), name);
        }
        Assert.False(File.Exists(folder["escaped"]));
    }

    static async Task WriteArchiveAsync(string file, params (string Name, string Text)[] entries)
    {
        await using var tar = new TarWriter(new GZipStream(File.Create(file), CompressionLevel.Fastest), TarEntryFormat.Pax);
        foreach (var (name, text) in entries)
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
    }

    [Fact]
    public async Task A_restore_that_was_interrupted_is_finished_before_a_daemon_starts()
    {
        await using var imaginator = await StartAsync();
        var folder = imaginator.Folder;
        Assert.Equal("", (await imaginator.BuildAsync("base/os")).Response.ErrorString);
        Assert.Equal(0, (await RunAsync(["backup", folder["backup"], .. FlagsOf(folder)])).ExitCode);
        Directory.CreateDirectory(folder["state2/.restore~/state"]);
        folder.Write("state2/switches.json", "{}");
        folder.Write("builds2/base/os/half/buildInfo", "{}");
        var problem = await Assert.ThrowsAsync<IOException>(() => TestImaginator.StartAsync(configure: (options, _) => options.StateDirectory = folder["state2"]));
        Assert.Contains("run \"imaginator restore\" again", problem.Message, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(["restore", folder["backup"], .. FlagsOf(folder, "2")])).ExitCode);
        Assert.False(Directory.Exists(folder["state2/.restore~"]));
        Assert.Equal(await DescribeAsync(folder["state/jobs.db"]), await DescribeAsync(folder["state2/jobs.db"]));
    }
}
