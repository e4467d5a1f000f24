using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

/// <summary>What imagetool does, on a store. That the output of both is equal is for tests against a real server.</summary>
public class ImageToolTests
{
    [Fact]
    public void Questions_are_answered_by_the_exit_code()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal(0, sample.Run("check", SampleStore.First).ExitCode);
        Assert.Equal(1, sample.Run("check", "base/none").ExitCode);
        Assert.Equal(0, sample.Run("check-directory", "base/hello").ExitCode);
        Assert.Equal(1, sample.Run("check-directory", "nope").ExitCode);
        Assert.Equal(0, sample.Run("wait", SampleStore.First).ExitCode);
        Assert.Equal(1, sample.Run("wait", "base/none").ExitCode);
    }

    [Fact]
    public void Parts_of_an_image_are_shown()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal($"{SampleStore.Second}\n", sample.Run("find-latest-image", "base/hello").Output);
        Assert.Equal("/tmp/.*\n/var/log/.*[.]gz\n", sample.Run("show-filter", SampleStore.First).Output);
        Assert.Equal(SampleImage.Log, sample.Run("get-build-log", SampleStore.First).Output);
        Assert.Equal("bash  5.2-1  1 KiB", sample.Run("get-package-list", SampleStore.First).Lines[0]);
        Assert.Equal("image does not expire\n", sample.Run("get-image-expiration", SampleStore.First).Output);
        Assert.Contains("/etc/hello ", sample.Run("show-inode", SampleStore.First, "/etc/hello").Output);
        sample.Run("show-inode", SampleStore.First, "/none").AssertError("IMG7155");
        sample.Run("get-file-in-image", SampleStore.First, "/etc").AssertError("IMG7155");
        sample.Run("trace-inode-history", SampleStore.First, "/etc/hello").AssertError("IMG7103");
        sample.Run("show", "x:y").AssertError("IMG7145");
    }

    [Fact]
    public void Metadata_is_the_json_of_the_original()
    {
        using var sample = SampleStore.WithTwoImages();
        var text = sample.Run("show-metadata", SampleStore.First).Output;
        Assert.StartsWith("{\n    \"BuildBranch\": \"main\",\n    \"BuildCommitId\": \"0123abc\",\n", text);
        Assert.Contains("    \"FileSystem\": null,\n    \"Triggers\": {\n        \"Triggers\": [\n            {\n                \"MatchLines\": [\n                    \"/etc/hello\"\n", text);
        Assert.Contains("    \"CreatedOn\": \"2026-01-02T03:04:05Z\",\n    \"ExpiresAt\": \"0001-01-01T00:00:00Z\",\n", text);
        Assert.EndsWith("    \"Tags\": {\n        \"env\": \"test\",\n        \"role\": \"web\"\n    }\n}\n", text);
    }

    [Fact]
    public void A_program_compares_two_images()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal("", sample.Run("diff-filters", "diff", SampleStore.First, SampleStore.First).Output);
        Assert.Contains("< /var/log/.*[.]gz\n", sample.Run("diff-filters", "diff", SampleStore.First, SampleStore.Second).Output);
        Assert.Contains("> nginx", sample.Run("diff-package-lists", "diff", SampleStore.First, SampleStore.Second).Output);
        Assert.Contains("/etc/new", sample.Run("diff", "diff", SampleStore.First, SampleStore.Second).Output);
        Assert.Equal("", sample.Run("diff-files", "diff", SampleStore.First, SampleStore.Second, "/etc/hello").Output);
        sample.Run("diff", "no-such-program", SampleStore.First, SampleStore.Second).AssertError("IMG7152");
    }

    [Fact]
    public void A_tar_file_has_the_tree_with_links_devices_and_odd_names()
    {
        using var sample = SampleStore.WithTwoImages();
        var run = sample.Run("tar", SampleStore.First);
        Assert.Equal(0, run.OutputBytes.Length % 512);
        File.WriteAllBytes(sample.Temporary["x.tar"], run.OutputBytes);
        Assert.Equal("", sample.Run("add", "again", sample.Temporary["x.tar"]).Error);
        Assert.Equal(
            sample.Run("show", SampleStore.First, "--files", "--skip-fields", "td").OutputBytes.Length,
            sample.Run("show", "again", "--files", "--skip-fields", "td").OutputBytes.Length);
        var tree = sample.Store.Images.Get("again")!.FileSystem!;
        Assert.IsType<RegularInode>(tree.Index.Find(SampleImage.OddPath));
        Assert.Equal(2, tree.Index.CountLinks(tree.Index.Entries.Single(entry => entry.Path == "/etc/hello.link")));
        Assert.Equal(0x103ul, Assert.IsType<SpecialInode>(tree.Index.Find("/dev/null")).Rdev);
        Assert.True(run.OutputBytes.AsSpan().IndexOf(SampleImage.OddPath.Span) > 0);
    }

    [Fact]
    public void An_image_is_saved_and_restored_elsewhere()
    {
        using var sample = SampleStore.WithTwoImages();
        var file = sample.Temporary["saved"];
        Assert.Equal(("", 0), Result(sample.Run("save-to-file", SampleStore.First, file)));
        using var other = new SampleStore();
        var run = other.Run("restore-from-file", file);
        Assert.Equal(($"restored image: {SampleStore.First}\n", 0), Result(run));
        Assert.Equal(0, other.Run("verify", "--content").ExitCode);
        Assert.Equal(sample.Run("show", SampleStore.First, "--files").Output, other.Run("show", SampleStore.First, "--files").Output);
        other.Run("restore-from-file", file).AssertError("IMG7146");
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        other.Run("restore-from-file", file).AssertError("IMG7154");
    }

    [Fact]
    public void A_directory_is_patched_to_an_image()
    {
        using var sample = SampleStore.WithTwoImages();
        var image = sample.Store.Images.Get(SampleStore.First)!;
        var builder = new FileSystemBuilder(image.FileSystem!);
        builder.Remove("/dev");
        builder.Add("/tmp", SampleImage.Directory);
        sample.Store.Images.Add("p/1", image with { FileSystem = builder.Build() });
        var settings = new RunSettings(IsRoot: Posix.Processes.IsRoot);
        var target = sample.Temporary["out"];
        Assert.Equal(0, sample.Run(settings, "get", "p/1", target).ExitCode);
        Directory.Delete(Path.Combine(target, "var"), recursive: true);
        File.SetUnixFileMode(Path.Combine(target, "locked"), (UnixFileMode)Permissions.OwnerDirectory);
        File.WriteAllText(Path.Combine(target, "etc/hello"), "changed");
        File.Delete(Path.Combine(target, "etc/link"));
        Directory.CreateDirectory(Path.Combine(target, "more/below"));
        File.WriteAllText(Path.Combine(target, "more/below/file"), "");
        File.WriteAllText(Path.Combine(target, "tmp/mine"), "filtered");
        var dry = sample.Run(settings, "patch-directory", "p/1", target, "--dry-run");
        Assert.Equal(["- /more/below/file", "- /more/below", "- /more"], dry.Lines.Where(line => line.StartsWith('-')));
        Assert.Contains("+ /etc/hello", dry.Lines);
        Assert.True(Directory.Exists(Path.Combine(target, "more")));
        Assert.Equal(("", 0), Result(sample.Run(settings, "patch-directory", "p/1", target)));
        Assert.Equal("hello, world\n", File.ReadAllText(Path.Combine(target, "etc/hello")));
        Assert.Equal("hello, world\n", File.ReadAllText(Path.Combine(target, "etc/hello.link")));
        Assert.True(File.Exists(Path.Combine(target, "tmp/mine")));
        Assert.False(Directory.Exists(Path.Combine(target, "more")));
        var again = sample.Run(settings, "patch-directory", "p/1", target, "--dry-run");
        // Only root can set the owners that the image has.
        if (settings.IsRoot)
            Assert.Equal("", again.Output);
        sample.Run("patch-directory", "p/1", sample.Temporary["none"]).AssertError("IMG7157");
    }

    [Fact]
    public void Directories_are_made_and_owned()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal(0, sample.Run("mkdir", "new").ExitCode);
        sample.Run("mkdir", "new").AssertError("IMG7118");
        sample.Run("mkdir", "a/b/c").AssertError("IMG7118");
        Assert.Equal(0, sample.Run("mkdir", "-p", "a/b/c").ExitCode);
        Assert.Equal(0, sample.Run("chown", "new", "ops").ExitCode);
        Assert.Equal([".", "a", "a/b", "a/b/c", "base", "base/hello", "new         OwnerGroup=ops"], sample.Run("listdirs").Lines);
        Assert.Equal(0, sample.Run("delete", SampleStore.First).ExitCode);
        Assert.Equal(1, sample.Run("check", SampleStore.First).ExitCode);
    }

    [Fact]
    public void Directories_without_images_are_removed()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal(0, sample.Run("mkdir", "-p", "a/b").ExitCode);
        sample.Run("rmdir", "a").AssertError("IMG7118");
        sample.Run("rmdir", "base/hello").AssertError("IMG7118");
        sample.Run("rmdir", "none").AssertError("IMG7118");
        // One that is owned is not empty, as on a server.
        Assert.Equal(0, sample.Run("chown", "a/b", "ops").ExitCode);
        sample.Run("rmdir", "a/b").AssertError("IMG7118");
        Assert.Equal(0, sample.Run("chown", "a/b", "").ExitCode);
        Assert.Equal(0, sample.Run("rmdir", "a/b").ExitCode);
        Assert.Equal(0, sample.Run("rmdir", "a").ExitCode);
        Assert.Equal([".", "base", "base/hello"], sample.Run("listdirs").Lines);
    }

    [Fact]
    public void An_expiry_moves_to_a_later_time_only()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Run("change-image-expiration", SampleStore.First, "--expires-in", "1h").AssertError("IMG7118");
        var image = sample.Store.Images.Get(SampleStore.First)!;
        sample.Store.Images.Add("base/expiring", image with { ExpiresAt = DateTimeOffset.UtcNow.AddHours(2) });
        sample.Run("change-image-expiration", "base/expiring", "--expires-in", "1h").AssertError("IMG7118");
        Assert.Equal(0, sample.Run("change-image-expiration", "base/expiring", "--expires-in", "3h").ExitCode);
        Assert.InRange(sample.Store.Images.GetHeader("base/expiring")!.ExpiresAt!.Value, DateTimeOffset.UtcNow.AddMinutes(170), DateTimeOffset.UtcNow.AddMinutes(190));
    }

    [Fact]
    public void Objects_that_no_image_needs_are_deleted()
    {
        using var sample = SampleStore.WithTwoImages();
        for (byte number = 1; number <= 4; number++)
            File.SetLastWriteTimeUtc(sample.Store.Objects.GetPath(sample.Store.Objects.Add([number, 0, 0]).Hash), DateTime.UtcNow.AddHours(-number));
        var unreferenced = sample.Run("listunrefobj").Lines.Length;
        Assert.Equal(4, unreferenced);
        Assert.Equal(0, sample.Run("delunrefobj", "50", "0").ExitCode);
        Assert.Equal((true, false), (sample.Store.Objects.Contains(ObjectHash.Of([1, 0, 0])), sample.Store.Objects.Contains(ObjectHash.Of([4, 0, 0]))));
        sample.Run("delunrefobj", "0", "1MiB").AssertError("IMG7118");
        Assert.Empty(sample.Run("listunrefobj").Lines);
        Assert.Equal(0, sample.Run("verify", "--content").ExitCode);
    }

    [Fact]
    public void What_needs_a_server_says_so()
    {
        using var sample = SampleStore.WithTwoImages();
        sample.Run("get-replication-master").AssertError("IMG7140");
        sample.Run("list", "--server", "127.0.0.1:1").AssertError("IMG7101");
        CommandRun.Start(new RunSettings(), "list", "--server", "127.0.0.1:1").AssertError("IMG7141");
        CommandRun.Start(new RunSettings(), "list", "--server", "127.0.0.1:1", "--certs", sample.Temporary["none"]).AssertError("IMG7144");
        var variable = new RunSettings { Variables = { ["IMAGESDK_SERVER"] = "127.0.0.1:1" } };
        CommandRun.Start(variable, "check", "x").AssertError("IMG7141");
        Assert.Equal(0, sample.Run(variable, "check", SampleStore.First).ExitCode);
    }

    [Fact]
    public void Filters_and_triggers_are_merged_and_matched()
    {
        using var sample = SampleStore.WithTwoImages();
        File.WriteAllText(sample.Temporary["f1"], "/b\n# comment\n/a\n");
        File.WriteAllText(sample.Temporary["f2"], "/a\n/c\n");
        File.WriteAllText(sample.Temporary["t"], """[{"MatchLines": ["/etc/.*"], "Service": "z"}, {"MatchLines": ["/bin/.*"], "Service": "a"}, {"MatchLines": ["/none"], "Service": "n"}]""");
        Assert.Equal("/a\n/b\n/c\n", sample.Run("merge-filters", sample.Temporary["f1"], sample.Temporary["f2"]).Output);
        var matched = sample.Run("match-triggers", SampleStore.First, sample.Temporary["t"]).Output;
        Assert.Equal(["a", "z"], Triggers.Parse(matched).List.Select(trigger => trigger.Service));
        Assert.Equal(3, Triggers.Parse(sample.Run("merge-triggers", sample.Temporary["t"], sample.Temporary["t"]).Output).List.Count);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public void Shells_get_a_script_with_all_commands(string shell)
    {
        var script = CommandRun.Start(new RunSettings(), "completion", shell).Output;
        Assert.All(CommandTable.Names, name => Assert.Contains(name, script));
        CommandRun.Start(new RunSettings(), "completion", "tcsh").AssertError("IMG7101");
    }

    [Fact]
    public void An_object_cache_keeps_what_was_fetched_within_its_limit()
    {
        using var sample = SampleStore.WithTwoImages();
        var settings = new RunSettings(IsRoot: false);
        var cache = sample.Temporary["cache"];
        Assert.Equal(0, sample.Run(settings, "get", SampleStore.First, sample.Temporary["out"], "--object-cache", cache).ExitCode);
        Assert.Equal(4, new Storage.ObjectStore(cache).Enumerate().Count());
        Assert.Equal(0, sample.Run(settings, "get", SampleStore.First, sample.Temporary["out"], "--force", "--object-cache", cache, "--object-cache-size", "5B").ExitCode);
        Assert.True(new Storage.ObjectStore(cache).Enumerate().Sum(found => (long)found.Size) <= 5);
        Assert.Equal("su", File.ReadAllText(Path.Combine(sample.Temporary["out"], "bin/su")));
    }

    static (string Error, int ExitCode) Result(CommandRun run) => (run.Error, run.ExitCode);
}
