using System.Formats.Tar;
using System.Text;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

/// <summary>Images of trees and tar files, into a store.</summary>
public class AddTests
{
    static string MakeTree(SampleStore sample, string name = "tree")
    {
        var root = sample.Temporary[name];
        foreach (var directory in (string[])["etc", "usr/bin", "tmp", "dir with blank"])
            Directory.CreateDirectory(Path.Combine(root, directory));
        File.WriteAllText(Path.Combine(root, "etc/passwd"), "root:x:0:0\n");
        File.WriteAllText(Path.Combine(root, "etc/empty"), "");
        File.CreateSymbolicLink(Path.Combine(root, "etc/link"), "passwd");
        File.WriteAllText(Path.Combine(root, "dir with blank/é"), "odd");
        File.WriteAllText(Path.Combine(root, "tmp/gone"), "gone");
        File.WriteAllBytes(Path.Combine(root, "usr/bin/long"), new byte[9_000_000]);
        File.WriteAllText(sample.Temporary["filter"], "/tmp/.*\n");
        File.WriteAllText(sample.Temporary["triggers"], """[{"MatchLines": ["/etc/.*"], "Service": "s"}]""");
        return root;
    }

    static string Listing(CommandRun run)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }

    [Fact]
    public void A_tree_is_added_and_comes_out_as_it_went_in()
    {
        using var sample = new SampleStore();
        var tree = MakeTree(sample);
        Assert.Equal(("", 0), Result(sample.Run("add", "a/b", tree, sample.Temporary["filter"], sample.Temporary["triggers"], "--build-log", sample.Temporary["triggers"])));
        var image = sample.Store.Images.Get("a/b")!;
        Assert.Null(image.FileSystem!.Index.Find("/tmp/gone"));
        Assert.Equal("/tmp/.*", Assert.Single(image.Filter!.Lines));
        Assert.Equal("s", Assert.Single(image.Triggers!.List).Service);
        Assert.NotNull(image.BuildLog!.Object);
        Assert.Equal(0, sample.Run("verify", "--content").ExitCode);
        Assert.Equal("root:x:0:0\n", sample.Run("get-file-in-image", "a/b", "/etc/passwd").Output);
        File.Delete(Path.Combine(tree, "tmp/gone"));
        Assert.Equal("", sample.Run("diff", "diff", "a/b", $"d:{tree}").Output);
        sample.Run("add", "a/b", tree).AssertError("IMG7146");
    }

    [Fact]
    public void Hard_links_stay_one_inode()
    {
        using var sample = new SampleStore();
        var tree = MakeTree(sample);
        Assert.True(Posix.HardLink.TryMake(Path.Combine(tree, "etc/passwd"), Path.Combine(tree, "usr/second")));
        Assert.Equal(("", 0), Result(sample.Run("add", "a", tree)));
        var index = sample.Store.Images.Get("a")!.FileSystem!.Index;
        Assert.True(index.TryFind("/etc/passwd", out var first) && index.TryFind("/usr/second", out var second) && first.InodeNumber == second.InodeNumber);
    }

    [Fact]
    public void What_is_no_system_is_refused_unless_it_is_sparse()
    {
        using var sample = new SampleStore();
        var tree = MakeTree(sample);
        File.Delete(Path.Combine(tree, "etc/passwd"));
        sample.Run("add", "a", tree, sample.Temporary["filter"]).AssertError("IMG7147");
        Assert.Equal(0, sample.Run("add", "a", tree, sample.Temporary["filter"], "--required-paths", "/etc:d").ExitCode);
        Assert.Equal(0, sample.Run("add", "b", tree).ExitCode);
    }

    [Theory]
    [InlineData("IMG7149", "add", "a", "nowhere")]
    [InlineData("IMG7103", "add", "../a", "tree")]
    [InlineData("IMG7148", "add", "a", "tree", "nowhere")]
    [InlineData("IMG7151", "add", "a", "tree", "--expires-in", "14m")]
    [InlineData("IMG7101", "add", "a", "tree", "--expires-in", "soon")]
    [InlineData("IMG7101", "add", "a", "tree", "--required-paths", "/etc")]
    public void A_bad_argument_is_one_clear_error(string code, params string[] arguments)
    {
        using var sample = new SampleStore();
        MakeTree(sample);
        var places = arguments.Select(argument => argument is "tree" or "nowhere" ? sample.Temporary[argument] : argument);
        sample.Run([.. places]).AssertError(code);
        Assert.False(Directory.Exists(sample.Store.Images.Directory));
    }

    [Theory]
    [InlineData(".tar")]
    [InlineData(".tar.gz")]
    public void A_tar_file_is_the_tree_that_it_was_made_of(string ending)
    {
        using var sample = new SampleStore();
        var tree = MakeTree(sample);
        Assert.Equal(0, sample.Run("add", "tree", tree).ExitCode);
        var file = sample.Temporary["x" + ending];
        Assert.Equal(("", 0), Result(sample.Run(["tar", "tree", file, .. ending == ".tar" ? Array.Empty<string>() : ["--compress"]])));
        Assert.Equal(("", 0), Result(sample.Run("add", "tar", file)));
        // Times of tar files have whole seconds.
        Assert.Equal(Listing(sample.Run("show", "tree", "--files", "--skip-fields", "t")), Listing(sample.Run("show", "tar", "--files", "--skip-fields", "t")));
        Assert.Equal(0, sample.Run("verify", "tar", "--content").ExitCode);
    }

    [Fact]
    public void A_tar_file_in_any_order_is_read_and_its_later_entries_win()
    {
        using var sample = new SampleStore();
        var path = sample.Temporary["x.tar"];
        using (var writer = new TarWriter(File.Create(path)))
        {
            Add("etc/file", "first");
            Add("/etc/other", "other");
            Add("./etc/file", "second");
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "etc/link") { LinkName = "./etc/other" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "./") { Mode = UnixFileMode.UserRead | UnixFileMode.UserExecute });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "etc/") { Uid = 5 });
            Add("a", "one letter");

            void Add(string name, string content) => writer.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }
        Assert.Equal(("", 0), Result(sample.Run("add", "a", path)));
        var tree = sample.Store.Images.Get("a")!.FileSystem!;
        Assert.Equal(["/", "/a", "/etc", "/etc/file", "/etc/link", "/etc/other"], tree.Index.Entries.Select(entry => entry.Path.ToString()));
        Assert.Equal(InodeMode.Directory | 0b101_000_000, tree.Root.Mode);
        Assert.Equal(5u, tree.Index.Find("/etc")!.Uid);
        Assert.Equal("second", sample.Run("get-file-in-image", "a", "/etc/file").Output);
        Assert.Equal("other", sample.Run("get-file-in-image", "a", "/etc/link").Output);
    }

    [Theory]
    [InlineData("x.tar")]
    [InlineData("x.tar.gz")]
    [InlineData("x.tar.xz")]
    public void A_damaged_tar_file_is_an_error(string name)
    {
        using var sample = new SampleStore();
        File.WriteAllText(sample.Temporary[name], new string('x', 5000));
        var run = sample.Run("add", "a", sample.Temporary[name]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("imagesdk: error IMG7", run.Error);
        Assert.DoesNotContain("IMG7199", run.Error);
    }

    [Fact]
    public void Layers_replace_files_and_add_none()
    {
        using var sample = SampleStore.WithTwoImages();
        var layer = sample.Temporary["layer"];
        Directory.CreateDirectory(Path.Combine(layer, "etc"));
        File.WriteAllText(Path.Combine(layer, "etc/hello"), "replaced");
        sample.Run("addrep", "new/1", SampleStore.First, layer, "--computed-files", sample.Temporary["none"]).AssertError("IMG7148");
        // The sample image is no whole system.
        sample.Run("addrep", "new/1", SampleStore.First, layer).AssertError("IMG7147");
        sample.Store.Images.Add("sparse/1", sample.Store.Images.Get(SampleStore.First)! with { Filter = null });
        Assert.Equal(("", 0), Result(sample.Run("addrep", "sparse/2", "sparse/1", layer)));
        Assert.Equal("replaced", sample.Run("get-file-in-image", "sparse/2", "/etc/hello.link").Output);
        Assert.Equal("ann", Assert.Single(sample.Store.Images.Get("sparse/2")!.OwnerUsers));
        Assert.Equal(("", 0), Result(sample.Run("bulk-addrep", layer)));
        Assert.True(sample.Store.Images.Exists("sparse/3"));
        File.WriteAllText(Path.Combine(layer, "etc/unheard-of"), "");
        sample.Run("addrep", "sparse/9", "sparse/1", layer).AssertError("IMG7156");
    }

    [Fact]
    public void A_copy_keeps_all_but_the_expiry()
    {
        using var sample = SampleStore.WithTwoImages();
        Assert.Equal(("", 0), Result(sample.Run("copy", "copy/1", SampleStore.First, "--expires-in", "1h")));
        var copy = sample.Store.Images.Get("copy/1")!;
        Assert.Equal("main", copy.BuildBranch);
        Assert.NotNull(copy.ExpiresAt);
        Assert.Equal(0, sample.Run("diff", SampleStore.First, "copy/1").ExitCode);
    }

    static (string Error, int ExitCode) Result(CommandRun run) => (run.Error, run.ExitCode);
}
