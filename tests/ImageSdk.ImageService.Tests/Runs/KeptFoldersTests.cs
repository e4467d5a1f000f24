using ImageSdk.ImageService.Options;
using ImageSdk.ImageService.Runs;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Runs;

/// <summary>What is left of jobs that have failed.</summary>
public sealed class KeptFoldersTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk kept é ").FullName;

    readonly SetClock clock = new(new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Only_what_helps_is_kept_and_no_key()
    {
        Fail("a", new(10, TimeSpan.FromDays(1), 0));
        Assert.Equal(["failed", "kiwi.log", "recipe"], Directory.GetFileSystemEntries(Path.Combine(folder, "a")).Select(Path.GetFileName).Order());
        Assert.True(File.Exists(Path.Combine(folder, "outside")));
        new KeptFolders(folder, new(10, TimeSpan.FromDays(1), 0), clock).Keep("gone");
    }

    [Fact]
    public void The_newest_are_kept_within_number_age_and_size()
    {
        var settings = new KeptSettings(3, TimeSpan.FromDays(1), 0);
        // One that goes on is none that has failed, however old.
        Directory.CreateDirectory(Path.Combine(folder, "running"));
        foreach (var job in new[] { "a", "b", "c", "d" })
        {
            Fail(job, settings);
            clock.Now += TimeSpan.FromHours(8);
        }
        Assert.Equal(["b", "c", "d", "running"], Names());
        clock.Now += TimeSpan.FromHours(2);
        new KeptFolders(folder, settings, clock).Prune();
        Assert.Equal(["c", "d", "running"], Names());
        new KeptFolders(folder, settings with { Size = 1500 }, clock).Prune();
        Assert.Equal(["d", "running"], Names());
        new KeptFolders(folder, settings with { Count = 0 }, clock).Prune();
        Assert.Equal(["running"], Names());
    }

    IEnumerable<string?> Names() => Directory.GetDirectories(folder).Select(Path.GetFileName).Order();

    void Fail(string job, KeptSettings settings)
    {
        foreach (var file in new[] { "recipe/config.xml", "kiwi.log", "ssh/host_key", "image/build/x", "image.sqsh", "run" })
        {
            var path = Path.Combine(folder, job, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, new byte[500]);
        }
        File.WriteAllText(Path.Combine(folder, "outside"), "");
        // Of an image's root: where it leads to is not the job's.
        Directory.CreateSymbolicLink(Path.Combine(folder, job, "link"), folder);
        new KeptFolders(folder, settings, clock).Keep(job);
    }
}
