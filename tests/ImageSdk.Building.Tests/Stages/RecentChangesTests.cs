using ImageSdk.Building.State;
using ImageSdk.Posix;

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
        // Younger files are hashed in every build.
        Thread.Sleep(2100);
        var digests = new DigestCache(DigestsFile);
        using (var directory = DirectoryHandle.Open(Path.Combine(folder, "files/etc")))
            digests.Digest(directory, "file"u8, directory.Stat("file"u8), new byte[32]);
        digests.Save();
        Assert.False(Any(past));
        File.AppendAllText(Path.Combine(folder, "files/etc/file"), "more");
        Assert.True(Any(past));
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
