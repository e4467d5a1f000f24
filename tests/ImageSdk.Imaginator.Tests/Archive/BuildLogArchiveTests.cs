using ImageSdk.Imaginator.Archive;

namespace ImageSdk.Imaginator.Tests.Archive;

public sealed class BuildLogArchiveTests : IDisposable
{
    readonly Folder folder = new();

    public void Dispose() => folder.Dispose();

    BuildLogArchive Open(ulong quota) => new(folder["logs"], quota, _ => Assert.Fail("trouble"), TimeProvider.System);

    [Fact]
    public async Task Logs_are_laid_out_as_the_original_s()
    {
        await Open(10 << 20).AddAsync("a/b/2026-01-02:03:04:05", "a/b", new(TimeSpan.FromSeconds(1.5), "", "bob"), "log\n"u8.ToArray());
        Assert.Equal("log\n", File.ReadAllText(folder["logs/a/b/2026-01-02:03:04:05/buildLog"]));
        Assert.Equal("{\n    \"Duration\": 1500000000,\n    \"RequestorUsername\": \"bob\"\n}\n", File.ReadAllText(folder["logs/a/b/2026-01-02:03:04:05/buildInfo"]));
        await Open(10 << 20).AddAsync(null, "a/b", new(TimeSpan.Zero, "broken", ""), []);
        Assert.Equal([("broken", ""), ("", "bob")], Open(10 << 20).List().OrderByDescending(build => build.Info.Error).Select(build => (build.Info.Error, build.Info.User)));
        Assert.NotNull(Open(10 << 20).FindLog("a/b/2026-01-02:03:04:05"));
        Assert.Null(Open(10 << 20).FindLog("../logs/a/b/2026-01-02:03:04:05"));
    }

    [Fact]
    public async Task The_oldest_go_when_there_are_too_many()
    {
        var archive = Open(2 << 20);
        for (var number = 0; number < 5; number++)
        {
            await archive.AddAsync($"a/2026-01-02:03:04:0{number}", "a", new(TimeSpan.Zero, "", ""), new byte[600_000]);
            File.SetLastWriteTimeUtc(folder[$"logs/a/2026-01-02:03:04:0{number}/buildLog"], DateTime.UtcNow.AddHours(number - 10));
        }
        Assert.Equal(3, archive.List().Count);
        Assert.Null(archive.FindLog("a/2026-01-02:03:04:00"));
        Assert.NotNull(archive.FindLog("a/2026-01-02:03:04:04"));
    }

    [Fact]
    public async Task Small_quotas_keep_nothing()
    {
        await Open(1 << 20).AddAsync("a/2026-01-02:03:04:05", "a", new(TimeSpan.Zero, "", ""), []);
        Assert.False(Directory.Exists(folder["logs"]));
    }
}
