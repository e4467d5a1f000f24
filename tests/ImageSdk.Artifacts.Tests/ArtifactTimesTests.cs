using ImageSdk.Images;

namespace ImageSdk.Artifacts.Tests;

public class ArtifactTimesTests
{
    static FileSystem Tree(params (string Path, long Time)[] files)
    {
        var builder = new SampleTree();
        foreach (var (path, time) in files)
            builder.Add(path, new RegularInode { Mode = 0x81A4, Mtime = new(time, 0) });
        return builder.Build();
    }

    [Fact]
    public void The_epoch_is_the_newest_time_that_packages_brought()
    {
        var tree = Tree(("/etc/written", 900), ("/usr/share/doc/a/copyright", 50), ("/usr/share/doc/b/copyright", 70), ("/usr/share/b", 80));
        Assert.Equal(70, ArtifactTimes.NewestOf(tree));
        Assert.Equal(80, ArtifactTimes.NewestOf(Tree(("/etc/written", 900), ("/usr/share/b", 80))));
        Assert.Equal(900, ArtifactTimes.NewestOf(Tree(("/etc/written", 900))));
        Assert.Equal(0, ArtifactTimes.NewestOf(Tree()));
    }

    [Fact]
    public void No_time_is_later_than_the_epoch_and_directories_have_it()
    {
        var tree = ArtifactTimes.Apply(Tree(("/etc/written", 900), ("/etc/packaged", 50)), 70);
        Assert.Equal(new FileTime(70, 0), ((RegularInode)tree.Index.Find("/etc/written")!).Mtime);
        Assert.Equal(new FileTime(50, 0), ((RegularInode)tree.Index.Find("/etc/packaged")!).Mtime);
        Assert.Equal(new FileTime(70, 0), ((DirectoryInode)tree.Index.Find("/etc")!).Mtime);
        Assert.Equal(new FileTime(70, 0), tree.Root.Mtime);
    }

    [Fact]
    public void Times_that_differ_only_after_the_epoch_do_not_count()
    {
        string Digest(long time, long epoch) => ArtifactTimes.Digest(ArtifactTimes.Apply(Tree(("/a", time)), epoch));
        Assert.Equal(Digest(100, 70), Digest(200, 70));
        Assert.NotEqual(Digest(60, 70), Digest(50, 70));
    }
}
