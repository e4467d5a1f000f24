using System.Reflection;
using System.Text.Json;
using ImageSdk.Images;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Folders;
using ImageSdk.Imaginator.Hosting;
using ImageSdk.Imaginator.Options;
using ImageSdk.Imaginator.Tests.Engine;
using ImageSdk.Imaginator.Workers;
using ImageSdk.Tests;

namespace ImageSdk.Imaginator.Tests.Folders;

/// <summary>When folders are cleaned up, and what is said of it.</summary>
public sealed class FolderCareTests
{
    static readonly TimeSpan soon = TimeSpan.FromMinutes(3);

    readonly List<string> lines = [];

    sealed class Content(ulong size, bool isShared) : IFolderContent
    {
        public ulong Size { get; set; } = size;

        public ulong Used { get; set; }

        public Exception? Fault { get; set; }

        public int Collected { get; private set; }

        public bool IsSharedByBuilds => isShared;

        public Task<ulong> MeasureAsync(CancellationToken cancellation) => Fault is null ? Task.FromResult(Size) : Task.FromException<ulong>(Fault);

        public Task CollectAsync(FolderLimits limits, CancellationToken cancellation)
        {
            Collected++;
            Size = Math.Max(Used, Math.Min(Size, limits.Target));
            return Task.CompletedTask;
        }
    }

    FolderCare Create(BuildGate gate, params Content[] contents) =>
        new([.. contents.Select((content, number) => new KeptFolder($"f{number}", "", "someQuota", new(1000), content))], gate, lines.Add, TimeProvider.System);

    [Fact]
    public async Task What_is_over_its_quota_is_cleaned_up_while_builds_go_on_unless_they_share_it()
    {
        var gate = new BuildGate();
        var (full, shared, small) = (new Content(5000, false), new Content(1100, true), new Content(1000, true));
        var care = Create(gate, full, shared, small);
        var build = await gate.EnterAsync(() => { }, default);
        Assert.False(await care.CollectAsync(default));
        Assert.Equal((1, 0, 0), (full.Collected, shared.Collected, small.Collected));
        Assert.Equal([false, true, false], care.States.Select(state => state.IsWaiting));
        Assert.Equal((950ul, 4050ul), (care.States[0].Size, care.States[0].Removed));
        Assert.Contains("-someQuota", Assert.Single(lines), StringComparison.Ordinal);
        // Builds are not kept waiting for so little.
        (await gate.EnterAsync(() => Assert.Fail("it waits"), default)).Dispose();
        build.Dispose();
        Assert.True(await care.CollectAsync(default, again: true));
        Assert.Equal((1, 1, 950ul), (full.Collected, shared.Collected, shared.Size));
        Assert.True(await care.CollectAsync(default));
        Assert.Equal((1, 1, 0), (full.Collected, shared.Collected, small.Collected));
    }

    [Fact]
    public async Task For_what_is_far_over_its_quota_builds_wait()
    {
        var gate = new BuildGate();
        var shared = new Content(1300, true);
        var care = Create(gate, shared);
        var build = await gate.EnterAsync(() => { }, default);
        var collecting = care.CollectAsync(default);
        var waiting = gate.EnterAsync(() => { }, default);
        Assert.Equal((false, false), (collecting.IsCompleted, waiting.IsCompleted));
        build.Dispose();
        Assert.True(await collecting.WaitAsync(soon));
        Assert.Equal(1, shared.Collected);
        using var next = await waiting.WaitAsync(soon);
        // And not again soon after that.
        shared.Size = 2000;
        Assert.False(await care.CollectAsync(default).WaitAsync(soon));
    }

    [Fact]
    public async Task What_cannot_be_kept_is_said_once()
    {
        var (used, broken) = (new Content(3000, false) { Used = 2000 }, new Content(1, false) { Fault = new IOException("broken disk") });
        var care = Create(new(), used, broken);
        for (var number = 0; number < 3; number++)
            await care.CollectAsync(default);
        Assert.Single(lines, line => line.StartsWith("warning IMG7396: the folder f0 has ", StringComparison.Ordinal));
        Assert.Single(lines, line => line == "warning IMG7397: the folder f1 cannot be cleaned up: broken disk");
        used.Used = 0;
        await care.CollectAsync(default);
        Assert.Equal("", care.States[0].Warning);
    }

    [EngineFact]
    public async Task Layers_and_source_images_go_between_builds_and_come_again()
    {
        await using var imaginator = await TestImaginator.StartAsync(withEngine: true, configure: (options, folder) =>
        {
            var repository = Repository.Create(folder["repo"]);
            repository.Commit(("base/manifest", """{"SourceImage": "boot/small"}"""), ("base/files/etc/base", "base\n"),
                ("slow/manifest", """{"SourceImage": "base"}"""), ("slow/scripts/10wait", "#!/bin/sh\necho waiting\ni=0; while [ $i -lt 300000 ]; do i=$((i+1)); done\n"));
            folder.Write("streams.json", $$"""{"Streams": {"base": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "base"}, "slow": {"ManifestUrl": "{{repository.Url}}", "ManifestDirectory": "slow"} } }""");
            folder.Write("conf.json", $"{{{SmallSystem.Configure(folder)}, \"ImageStreamsUrl\": \"{folder["streams.json"]}\"}}");
            (options.Quotas.Cache, options.Quotas.Store, options.Quotas.Builds) = (1000, 1000, 1000);
        });
        var care = imaginator.Daemon.Parts.Folders;
        // It has looked at them at the start, when there was nothing.
        await Wait.UntilAsync(() => care.States.All(state => state.Size == 0));
        Assert.Equal("", (await imaginator.BuildAsync("base")).Response.ErrorString);
        var building = imaginator.BuildAsync("slow");
        await Wait.UntilAsync(async () => (await new HttpClient().GetAsync(new Uri($"http://127.0.0.1:{imaginator.Port}/showCurrentBuildLog?slow&output=text"))) is { IsSuccessStatusCode: true } answer
            && (await answer.Content.ReadAsStringAsync()).Contains("waiting\n", StringComparison.Ordinal));
        // Far over their quotas: it waits for the build, which is not harmed.
        var collecting = care.CollectAsync(default);
        var (built, log) = await building;
        Assert.True(built.ErrorString.Length == 0, built.ErrorString + log);
        await collecting.WaitAsync(soon);
        await Wait.UntilAsync(() => care.CollectAsync(default));
        Assert.Empty(Directory.EnumerateDirectories(imaginator.Folder["state/cache"], "t", SearchOption.AllDirectories));
        Assert.Equal(0ul, care.States.Single(state => state.Folder.Name == "store").Size);
        // All of it is made again.
        (built, log) = await imaginator.BuildAsync("slow");
        Assert.True(built.ErrorString.Length == 0, built.ErrorString + log);

        using var status = JsonDocument.Parse(await GetAsync(imaginator, "/?output=json"));
        var cache = status.RootElement.GetProperty("folders").EnumerateArray().Single(row => row.GetProperty("name").GetString() == "cache");
        Assert.Equal((1000, "cacheQuota"), (cache.GetProperty("quota").GetInt32(), cache.GetProperty("flag").GetString()));
        Assert.True(cache.GetProperty("removed").GetInt64() > 1000);
        Assert.Contains("-cacheQuota", await GetAsync(imaginator, "/"), StringComparison.Ordinal);
        Assert.Matches("imaginator_folder_removed_bytes_total\\{folder=\"cache\"\\} [1-9]", await GetAsync(imaginator, "/prometheus"));
    }

    static Task<string> GetAsync(TestImaginator imaginator, string path) => new HttpClient().GetStringAsync(new Uri($"http://127.0.0.1:{imaginator.Port}{path}"));

    [Fact]
    public async Task Every_folder_has_its_flag_and_is_documented()
    {
        await using var imaginator = await TestImaginator.StartAsync();
        var help = ImaginatorFlags.Program.Describe();
        var root = typeof(FolderCareTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "RepositoryRoot").Value!;
        var docs = await File.ReadAllTextAsync(Path.Combine(root, "docs", "imaginator.md"));
        foreach (var state in imaginator.Daemon.Parts.Folders.States)
        {
            var quota = HumanSize.FormatExact(state.Folder.Limits.Quota);
            Assert.Matches($@"-{state.Folder.Flag} value\n.*\(default {quota}\)", help);
            Assert.Contains($"| `{state.Folder.Name}` | `-{state.Folder.Flag}` ({quota.Replace("GiB", " GiB", StringComparison.Ordinal)})", docs, StringComparison.Ordinal);
        }
        foreach (var flag in new[] { "cacheQuota", "storeQuota", "gitQuota", "buildsQuota" })
            Assert.Contains($"-{flag} ", WorkerFlags.Describe(), StringComparison.Ordinal);
    }
}
