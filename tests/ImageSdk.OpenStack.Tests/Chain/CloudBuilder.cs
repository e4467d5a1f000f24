using System.Diagnostics;
using System.Text.Json;
using ImageSdk.ImageBuilder.Options;
using ImageSdk.ImageBuilder.Orders;
using ImageSdk.ImageBuilder.Tests;
using ImageSdk.OpenStack.Glance;
using ImageSdk.OpenStack.Tests.Servers;

namespace ImageSdk.OpenStack.Tests.Chain;

/// <summary>An image builder as a process of its own, whose images go to the tests' cloud.</summary>
sealed class CloudBuilder : IAsyncDisposable
{
    readonly TestCloud cloud;
    readonly BaseDisk disk;
    TestBuilder.KilledProcess? process;

    CloudBuilder(TestCloud cloud, BaseDisk disk, TestBuilder builder) => (this.cloud, this.disk, Builder) = (cloud, disk, builder);

    public TestBuilder Builder { get; }

    public string CloudsFile => Builder.Folder["clouds.yaml"];

    /// <summary>Where the process has its temporary files.</summary>
    string TemporaryDirectory => Builder.Folder["tmp"];

    /// <summary>Makes one that is not started yet.</summary>
    public static async Task<CloudBuilder> PrepareAsync(TestCloud cloud, RabbitServer rabbit, BaseDisk disk, Action<ImageBuilderOptions>? configure = null)
    {
        ImageBuilderOptions options = null!;
        var builder = await TestBuilder.StartAsync((given, _) =>
        {
            options = given;
            (given.CacheDirectory, given.HostPorts, given.AmqpUri) = (disk.Cache, [disk.Server.Port], rabbit.Uri);
            (given.LaunchpadAddress, given.PpaServer, given.KeyServer) = (disk.Server.Url(""), disk.Server.Url("/ppa"), disk.Server.Url(""));
            configure?.Invoke(given);
        }, withEngine: true);
        (options.ImageDestination, options.DataStore) = ("glance:tests", "swift:tests");
        return new(cloud, disk, builder);
    }

    /// <param name="glance">Its address; null for the server itself.</param>
    /// <param name="swift">Its address; null for the server itself.</param>
    public async Task StartAsync(Uri? glance = null, Uri? swift = null)
    {
        await File.WriteAllTextAsync(CloudsFile, $"""
            clouds:
              tests:
                auth:
                  auth_url: {cloud.Keystone}
                  username: admin
                  password: '{TestCloud.Password}'
                  project_name: admin
                  user_domain_name: Default
                  project_domain_name: Default
                region_name: RegionOne
                image_endpoint_override: {glance ?? cloud.Glance}
                {(swift is null ? "" : $"object_store_endpoint_override: {swift}v1/AUTH_{cloud.ProjectId}")}

            """);
        Directory.CreateDirectory(TemporaryDirectory);
        process = await Builder.HandOverAsync(("OS_CLIENT_CONFIG_FILE", CloudsFile), ("TMPDIR", TemporaryDirectory),
            // The runtime's own sockets stay where a process is killed.
            ("DOTNET_EnableDiagnostics", "0"));
    }

    public async Task KillAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = null;
    }

    public Dictionary<string, object?> Request(string url, string package)
    {
        var request = TestBuilder.Request(package, url);
        request["ppa_list"] = new[] { "ppa:tests/archive" };
        return request;
    }

    /// <summary>Waits for a step, or one behind it.</summary>
    public async Task<string> ReachAsync(long id, string step)
    {
        var now = "";
        await Wait.UntilAsync(async () =>
        {
            var request = await Builder.GetAsync(id);
            Assert.True(TestBuilder.StateOf(request) is "queued" or "running", $"{request}\n{await Builder.GetLogAsync(id)}");
            return IndexOf(now = request.GetProperty("step").GetString()!) >= IndexOf(step);
        }, TimeSpan.FromMinutes(5));
        return now;

        static int IndexOf(string name) => BuildSteps.All.Index().First(other => other.Item == name).Index;
    }

    public async Task<JsonElement> CompleteAsync(long id)
    {
        var done = await Builder.WaitForEndAsync(id, TimeSpan.FromMinutes(10));
        Assert.True(TestBuilder.StateOf(done) == "completed", $"{done}\n{await Builder.GetLogAsync(id)}");
        return done;
    }

    /// <summary>Images that were built of what is at an address, with what is left of others.</summary>
    public async Task<List<GlanceImage>> FindAsync(string source)
    {
        using var images = new ImageService(cloud.Settings, retries: TestCloud.PatientRetries);
        var found = new List<GlanceImage>();
        await foreach (var image in images.ListAsync(new Dictionary<string, string> { ["source"] = source }))
            if (image.Properties.ContainsKey("imagesdk_build"))
                found.Add(image);
        return found;
    }

    /// <summary>Waits until nothing of a build is left: processes, mounts, temporary files.</summary>
    public async Task UntilNothingIsLeftAsync()
    {
        IReadOnlyList<string> left = [];
        await Wait.UntilAsync(() => (left = [.. LeftProcesses(), .. LeftFiles()]).Count == 0, explain: () => string.Join('\n', left));
    }

    IEnumerable<string> LeftFiles() => Directory.EnumerateFileSystemEntries(TemporaryDirectory)
        .Concat(Directory.EnumerateFiles(Builder.Folder["state/builds"], "*.raw*", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateDirectories(disk.Cache).Select(user => Path.Combine(user, "sessions")).Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries));

    /// <summary>Processes beside the builder's own that belong to it, or that name or see mounted what it builds with.</summary>
    IEnumerable<string> LeftProcesses()
    {
        var names = new[] { Path.GetFileName(Builder.Folder.Path), Path.GetFileName(Path.GetDirectoryName(disk.Cache)!) };
        foreach (var directory in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out var id) && id != process?.Id && id != Environment.ProcessId))
        {
            var (command, mounts) = (Read("cmdline").Replace('\0', ' '), Read("mountinfo").Replace("\\040", " ", StringComparison.Ordinal));
            if (names.Any(name => command.Contains(name, StringComparison.Ordinal) || mounts.Contains(name, StringComparison.Ordinal)))
                yield return $"{Path.GetFileName(directory)}: {command}";

            string Read(string file)
            {
                try
                {
                    return File.ReadAllText(Path.Combine(directory, file));
                }
                catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
                {
                    return "";
                }
            }
        }
    }

    public static string Run((string Name, string Value)[] environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{output}{errors.Result}");
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Builder.DisposeAsync();
    }
}
