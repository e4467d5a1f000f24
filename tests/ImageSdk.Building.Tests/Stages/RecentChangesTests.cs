using ImageSdk.Building.State;
using ImageSdk.Posix;
using ImageSdk.Tests;

namespace ImageSdk.Building.Tests.Stages;

public sealed class RecentChangesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk changes ü").FullName;
    readonly DateTime past = DateTime.UtcNow.AddDays(-1);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("files/etc/deep/file")]
    [InlineData("post-install-files.append/etc/file")]
    [InlineData("scripts/10-one")]
    [InlineData("tests/test")]
    public void A_new_file_is_seen_wherever_content_lies(string path)
    {
        Write(path);
        Assert.True(Any(past));
        Assert.False(Any(DateTime.UtcNow.AddHours(1)));
    }

    [Theory]
    [InlineData("obj/Debug/image/plan.json")]
    [InlineData("bin/Debug/image.image")]
    [InlineData("notes")]
    public void What_a_build_writes_is_not(string path)
    {
        Write(path);
        Assert.False(Any(past));
    }

    [Fact]
    public void A_file_whose_content_is_known_is_none()
    {
        Write("files/etc/file");
        Digest("files/etc/file", seconds: 3);
        Assert.False(Any(past));
        File.AppendAllText(Path.Combine(folder, "files/etc/file"), "more");
        Assert.True(Any(past));
    }

    /// <summary>A second change may hide in the same tick of the clock.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(1.9, false)]
    [InlineData(2, true)]
    public void A_file_that_just_changed_is_hashed_in_every_build(double seconds, bool isKnown)
    {
        Write("files/etc/file");
        Digest("files/etc/file", seconds);
        Assert.Equal(!isKnown, Any(past));
    }

    /// <param name="seconds">How long after the file's last change.</param>
    void Digest(string path, double seconds)
    {
        using var directory = DirectoryHandle.Open(Path.GetDirectoryName(Path.Combine(folder, path))!);
        var name = System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(path));
        var status = directory.Stat(name);
        var digests = new DigestCache(DigestsFile, new SetClock(DateTimeOffset.FromUnixTimeSeconds(status.Ctime.Seconds).AddSeconds(seconds)));
        digests.Digest(directory, name, status, new byte[32]);
        digests.Save();
    }

    string DigestsFile => Path.Combine(folder, "digests");

    bool Any(DateTime since) => new RecentChanges(new DigestCache(DigestsFile), since).AnyIn(folder);

    void Write(string path)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "content");
    }
}
