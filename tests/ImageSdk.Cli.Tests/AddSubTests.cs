using System.Text;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

/// <summary>Images of machines that run subd.</summary>
public sealed class AddSubTests : IDisposable
{
    static readonly ByteString Odd = new([.. "/etc/a b\\"u8, 0xFF, .. "é"u8]);

    readonly SubServer sub = new();
    readonly SampleStore sample = new();

    public AddSubTests()
    {
        foreach (var directory in (string[])["/etc", "/tmp", "/usr", "/usr/bin", "/many"])
            sub.Scanned.Add(directory, SampleImage.Directory);
        sub.Add("/etc/passwd", "root:x:0:0\n"u8.ToArray());
        sub.Add("/etc/empty", []);
        sub.Add(Odd, "odd"u8.ToArray());
        sub.Scanned.Link("/usr/bin/link", "/etc/passwd");
        sub.Scanned.Add("/etc/symlink", new SymlinkInode { Target = "passwd" });
        sub.Scanned.Add("/etc/null", new SpecialInode { Mode = InodeMode.Character | Permissions.SharedFile, Rdev = 0x103 });
        sub.Add("/tmp/gone", "gone"u8.ToArray());
        sub.Add("/usr/bin/long", [.. Enumerable.Range(0, 9_000_000).Select(number => (byte)(number >> 7))]);
        for (var number = 0; number < 600; number++)
            sub.Add($"/many/{number}", Encoding.UTF8.GetBytes($"file {number}"));
    }

    public void Dispose()
    {
        sub.Dispose();
        sample.Dispose();
    }

    CommandRun Run(params string[] arguments) => sample.Run([.. arguments, "--certs", sample.Temporary.FullName]);

    static void AssertDone(CommandRun run) => Assert.Equal(("", 0), (run.Error, run.ExitCode));

    [Fact]
    public void A_running_machine_becomes_an_image()
    {
        File.WriteAllText(sample.Temporary["filter"], "/tmp/.*\n");
        File.WriteAllText(sample.Temporary["triggers"], """[{"MatchLines": ["/etc/.*"], "Service": "s"}]""");
        File.WriteAllText(sample.Temporary["computed"], "/etc/empty generator:6972\n");
        AssertDone(Run("adds", "a/1", sub.Address, sample.Temporary["filter"], sample.Temporary["triggers"], "--computed-files", sample.Temporary["computed"]));
        var image = sample.Store.Images.Get("a/1")!;
        Assert.Equal("/tmp/.*", Assert.Single(image.Filter!.Lines));
        Assert.Equal("s", Assert.Single(image.Triggers!.List).Service);
        var index = image.FileSystem!.Index;
        Assert.Equal("generator:6972", Assert.IsType<ComputedInode>(index.Find("/etc/empty")).Source);
        Assert.Equal(
            sub.Scanned.Build().Index.Entries.Select(entry => entry.Path.ToString()).Where(path => path != "/tmp/gone"),
            index.Entries.Select(entry => entry.Path.ToString()));
        Assert.True(index.TryFind("/etc/passwd", out var first) && index.TryFind("/usr/bin/link", out var second) && first.InodeNumber == second.InodeNumber);
        Assert.Equal(0, sample.Run("verify", "a/1", "--content").ExitCode);
        Assert.Equal(sub.Files["/usr/bin/long"], sample.Run("get-file-in-image", "a/1", "/usr/bin/long").OutputBytes);
        Assert.DoesNotContain("/tmp/gone", sub.Calls.SelectMany(call => call).Select(path => path.ToString()));
        // Many small files in a call, not one in each.
        Assert.InRange(sub.Calls.Count, 2, 5);

        sub.Calls.Clear();
        sub.Add("/etc/new", "new"u8.ToArray());
        AssertDone(Run("adds", "a/2", sub.Address));
        Assert.Equal(["/etc/new", "/tmp/gone"], sub.Calls.SelectMany(call => call).Select(path => path.ToString()).Order(StringComparer.Ordinal));
        Assert.Null(sample.Store.Images.Get("a/2")!.Filter);
    }

    [Fact]
    public void Files_that_changed_since_the_scan_are_named_and_nothing_is_added()
    {
        sub.Files["/etc/passwd"] = "root:y:0:0\n"u8.ToArray();
        sub.Files["/many/7"] = "longer than it was"u8.ToArray();
        sub.Files["/usr/bin/long"] = new byte[8_000_000];
        sub.Files.TryRemove("/many/8", out _);
        var run = Run("adds", "a/1", sub.Address);
        Assert.Equal(2, run.ExitCode);
        var lines = run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            ["Contents for file changed: /etc/passwd", "Contents for file changed: /many/7", "Contents for file changed: /many/8 (open /many/8: no such file or directory)", "Contents for file changed: /usr/bin/long"],
            lines[..^1].Order(StringComparer.Ordinal));
        Assert.StartsWith("imagesdk: error IMG7240: ", lines[^1]);
        Assert.False(Directory.Exists(sample.Store.Images.Directory));
        Assert.Empty(sample.Store.Objects.Enumerate());
    }

    [Fact]
    public void A_name_that_cannot_be_asked_for_is_looked_for_under_another()
    {
        sub.Add("/etc/line\nfeed", "fed"u8.ToArray());
        sub.Add("/usr/other", "fed"u8.ToArray());
        AssertDone(Run("adds", "a/1", sub.Address));
        Assert.Equal("fed", sample.Run("get-file-in-image", "a/1", "/etc/line\nfeed").Output);
        sub.Add("/etc/no\nother", "alone"u8.ToArray());
        var run = Run("adds", "a/2", sub.Address);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("a sub cannot be asked for a name with a line feed: /etc/no\\nother\nimagesdk: error IMG7240: ", run.Error);
    }

    [Fact]
    public void A_sub_that_does_not_answer_as_wanted_is_one_error()
    {
        sub.HasScanned = false;
        Run("adds", "a", sub.Address).AssertError("IMG7241");
        sub.IsDenied = true;
        Run("adds", "a", sub.Address).AssertError("IMG7143");
        Run("adds", "a", "127.0.0.1:1").AssertError("IMG7141");
        Run("adds", "a", "a b:c").AssertError("IMG7101");
        Run("adds", "a", sub.Address, "nowhere").AssertError("IMG7148");
        Run("adds", "../a", sub.Address).AssertError("IMG7103");
        Assert.False(Directory.Exists(sample.Store.Images.Directory));
    }

    [Fact]
    public void A_sub_whose_tree_is_damaged_is_refused()
    {
        sub.Scanned.Add("/usr/file", new RegularInode { Mode = InodeMode.Regular, Size = 7 });
        var run = Run("adds", "a", sub.Address);
        Assert.StartsWith("imagesdk: error IMG7", run.Error);
        Assert.DoesNotContain("IMG7199", run.Error);
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public void A_sub_may_stand_where_an_image_does()
    {
        AssertDone(Run("adds", "a/1", sub.Address));
        var name = $"s:{sub.Address}";
        Assert.Equal(sample.Run("show", "a/1", "--files").OutputBytes, Run("show", name, "--files").OutputBytes);
        Assert.Equal("root:x:0:0\n", Run("get-file-in-image", name, "/etc/passwd").Output);
        sub.Files["/etc/passwd"] = "changed"u8.ToArray();
        Run("get-file-in-image", name, "/etc/passwd").AssertError("IMG7240");
    }
}
