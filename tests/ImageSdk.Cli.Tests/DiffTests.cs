using ImageSdk.Building.State;
using ImageSdk.Cli.Errors;
using ImageSdk.Contracts.Locks;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

public class DiffTests
{
    [Fact]
    public void An_image_is_the_same_as_itself()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Store.Images.Add("copy", sample.Store.Images.Get(SampleStore.First)! with { CreatedBy = "somebody else", BuildCommitId = "other" });
        var run = sample.Run("diff", SampleStore.First, "copy");
        Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));
        Assert.True(sample.RunJson("diff", SampleStore.First, "copy").GetProperty("same").GetBoolean());
    }

    [Fact]
    public void Differences_are_told_in_words_of_images()
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run("diff", SampleStore.First, SampleStore.Second);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            [
                $"--- {SampleStore.First}",
                $"+++ {SampleStore.Second}",
                "files: 1 added, 1 removed, 2 changed",
                "  - /etc/empty (file, 0 B)",
                "  + /etc/new (file, 3 B)",
                "  ~ /bin/su: mode 4755 -> 0644, owner 0:0 -> 1:0, size 2 -> 4, content, mtime 2023-11-14T22:13:20.000000005Z -> 2023-11-14T22:13:21Z",
                "  ~ /etc/link: symlink to hello -> symlink to new",
                "to transfer: 2 objects, 7 B",
                "packages: 1 added, 1 removed, 1 changed",
                "  - gone 1",
                "  + nginx 1.22",
                "  ~ bash 5.2-1 -> 5.2-2",
                "filter:",
                "  - /var/log/.*[.]gz",
                "  + /srv/.*",
                "triggers:",
                "  - hello (reload): /etc/hello",
                "  + hello: /etc/hello",
                "tags:",
                "  ~ env=test -> live",
                "  + new=1",
                "  - role=web",
                "owner users:",
                "  + bob",
            ],
            run.Lines);
    }

    [Fact]
    public void Packages_alone_are_a_table()
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run("diff", "--packages", SampleStore.First, SampleStore.Second);
        Assert.Equal(1, run.ExitCode);
        Assert.Equal(["upgraded  bash   5.2-1  5.2-2", "removed   gone   1", "added     nginx         1.22"], run.Lines);
        Assert.Equal(["downgraded  bash   5.2-2  5.2-1", "added       gone          1", "removed     nginx  1.22"], sample.Run("diff", "--packages", SampleStore.Second, SampleStore.First).Lines);
        Assert.Equal((0, ""), (sample.Run("diff", "--packages", SampleStore.First, SampleStore.First).ExitCode, run.Error));
        var json = System.Text.Json.JsonDocument.Parse(sample.Run("diff", "--packages", "--json", SampleStore.First, SampleStore.Second).OutputBytes).RootElement;
        Assert.Equal("upgraded", json.GetProperty("packages").GetProperty("changed")[0].GetProperty("change").GetString());
        Assert.False(json.GetProperty("same").GetBoolean());
    }

    [Fact]
    public void Locks_are_compared_by_their_packages_and_sources()
    {
        using var sample = SampleStore.WithTwoImages();
        LockedPackage Locked(string name, string version, char digest) => new(name, version, "amd64", new string(digest, 64), 10, $"http://mirror.example/{name}.deb");
        string Write(string name, string source, params LockedPackage[] packages)
        {
            var file = sample.Temporary[name];
            ImageLockFile.Write(file, new() { Architecture = "amd64", Source = new(LockedSourceType.Store, source), Install = new([], "", [], [], packages) });
            return file;
        }
        var left = Write("left.lock.json", "base/a/1", Locked("bash", "5.2-1~rc1", 'a'), Locked("gone", "1", 'a'), Locked("same", "1", 'a'), Locked("rebuilt", "1", 'a'));
        var right = Write("image.lock.json", "base/a/2", Locked("bash", "5.2-1", 'b'), Locked("new", "2:1", 'b'), Locked("same", "1", 'a'), Locked("rebuilt", "1", 'b'));
        var run = sample.Run("diff", left, right);
        Assert.Equal((1, ""), (run.ExitCode, run.Error));
        Assert.Equal(
            [
                "source image: base/a/1 -> base/a/2",
                "upgraded  bash:amd64     5.2-1~rc1  5.2-1",
                "removed   gone:amd64     1",
                "added     new:amd64                 2:1",
                "changed   rebuilt:amd64  1          1",
            ],
            run.Lines);
        Assert.Equal(0, sample.Run("diff", left, left).ExitCode);
        var json = System.Text.Json.JsonDocument.Parse(sample.Run("diff", "--json", left, right).OutputBytes).RootElement;
        Assert.Equal("base/a/2", json.GetProperty("source").GetProperty("right").GetString());
        Assert.Equal(2, json.GetProperty("packages").GetProperty("changed").GetArrayLength());

        var mixed = sample.Run("diff", left, SampleStore.First);
        Assert.Equal(2, mixed.ExitCode);
        Assert.StartsWith("imagesdk: error IMG7101: ", mixed.Error);
        File.WriteAllText(left, "{");
        Assert.StartsWith("imagesdk: error IMG4021: ", sample.Run("diff", left, right).Error);
    }

    [Fact]
    public void Json_has_the_same_differences()
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run("diff", SampleStore.First, SampleStore.Second, "--json");
        Assert.Equal(1, run.ExitCode);
        var diff = System.Text.Json.JsonDocument.Parse(run.OutputBytes).RootElement;
        Assert.False(diff.GetProperty("same").GetBoolean());
        Assert.Equal("/etc/new", diff.GetProperty("files").GetProperty("added")[0].GetProperty("path").GetString());
        var su = diff.GetProperty("files").GetProperty("changed")[0];
        Assert.Equal(["mode", "owner", "size", "content", "mtime"], su.GetProperty("changes").EnumerateArray().Select(change => change.GetString()));
        Assert.Equal("4755", su.GetProperty("left").GetProperty("mode").GetString());
        var bash = diff.GetProperty("packages").GetProperty("changed")[0];
        Assert.Equal("5.2-2", bash.GetProperty("right").GetProperty("version").GetString());
        Assert.Equal("/srv/.*", diff.GetProperty("filter").GetProperty("added")[0].GetString());
        Assert.Equal("live", diff.GetProperty("tags")[0].GetProperty("right").GetString());
        Assert.Equal("bob", diff.GetProperty("ownerUsers").GetProperty("added")[0].GetString());
    }

    [Fact]
    public void Odd_names_take_one_line_each()
    {
        using var sample = SampleStore.WithTwoImages();
        var image = sample.Store.Images.Get(SampleStore.First)!;
        var builder = new FileSystemBuilder(image.FileSystem!);
        builder.Remove(SampleImage.OddPath);
        builder.Add("/etc/\u001b[31mred", SampleImage.Directory);
        sample.Store.Images.Add("other", image with { FileSystem = builder.Build() });
        var run = sample.Run("diff", SampleStore.First, "other");
        Assert.Contains("  - /etc/a b\\\\\\n\\xffé (file, 3 B)", run.Lines);
        Assert.Contains("  + /etc/\\x1b[31mred (directory)", run.Lines);
    }

    [Fact]
    public void Filters_and_times_can_be_left_out()
    {
        using var sample = SampleStore.WithTwoImages();
        var image = sample.Store.Images.Get(SampleStore.First)!;
        var builder = new FileSystemBuilder(image.FileSystem!);
        var hello = (RegularInode)image.FileSystem!.Index.Find("/etc/hello")!;
        builder.Replace("/etc/hello", hello with { Mtime = new(1, 0) });
        sample.Store.Images.Add("later", image with { FileSystem = builder.Build() });
        builder.Add("/tmp", SampleImage.Directory);
        builder.Add("/tmp/junk", SampleImage.File(sample.Store.Objects, "junk"));
        sample.Store.Images.Add("junk", image with { FileSystem = builder.Build() });
        Assert.Equal(1, sample.Run("diff", SampleStore.First, "later").ExitCode);
        Assert.Equal(0, sample.Run("diff", SampleStore.First, "later", "--ignore-mtimes").ExitCode);
        Assert.Contains("/tmp/junk", sample.Run("diff", "later", "junk").Output);
        Assert.DoesNotContain("/tmp/junk", sample.Run("diff", "later", "junk", "--apply-filters").Output);
    }

    [Fact]
    public void A_sparse_image_is_not_one_with_an_empty_filter()
    {
        using var sample = new SampleStore();
        var image = SampleImage.Make(sample.Store.Objects);
        sample.Store.Images.Add("sparse", image with { Filter = null });
        sample.Store.Images.Add("empty", image with { Filter = new([]) });
        var run = sample.Run("diff", "sparse", "empty");
        Assert.Equal(["filter: none (sparse image) -> present"], run.Lines[2..]);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public void Several_versions_of_a_package_are_added_and_removed()
    {
        using var sample = new SampleStore();
        var image = SampleImage.Make(sample.Store.Objects);
        sample.Store.Images.Add("one", image with { Packages = [new("kernel", "1", 1), new("kernel", "2", 1)] });
        sample.Store.Images.Add("two", image with { Packages = [new("kernel", "2", 1), new("kernel", "3", 1)] });
        Assert.Equal(
            ["packages: 1 added, 1 removed, 0 changed", "  - kernel 1", "  + kernel 3"], sample.Run("diff", "one", "two").Lines[2..]);
    }

    [Fact]
    public void An_unknown_image_is_neither_same_nor_different()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Run("diff", SampleStore.First, "nothing").AssertError("IMG7103");
    }
}
