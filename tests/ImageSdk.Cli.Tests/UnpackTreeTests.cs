using System.Text;
using ImageSdk.Cli.Errors;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Cli.Tests;

/// <summary>Trees of web servers; compared by hand with imagetool.</summary>
public sealed class UnpackTreeTests : IDisposable
{
    static readonly RunSettings Ordinary = new(IsRoot: false);

    readonly TreeSite site = new();
    readonly TemporaryDirectory temporary = new();

    public void Dispose()
    {
        site.Dispose();
        temporary.Dispose();
    }

    CommandRun Run(string tree, params string[] options) => CommandRun.Start(Ordinary, ["unpack-fs-tree", temporary["out"], tree, .. options]);

    [Fact]
    public void A_tree_is_unpacked_with_all_that_is_in_it()
    {
        var file = site.Put("blob", "content");
        var target = site.Put("blob", "../etc/file");
        var large = new byte[3_000_000];
        large[^1] = 1;
        var etc = site.Put("tree", $"file/0/416/1/2/7/{file}\nempty/0/384/0/0/0/{new ObjectHash(new byte[64])}\n");
        var root = site.Put("tree",
            $"usr/1/493/0/0/0/{etc}\netc/1/457/3/4/300/{etc}\nl\u00efnk/2/511/5/6/11/{target}\nname with blank/0/35309/0/0/7/{file}\nbig/0/420/0/0/{large.Length}/{site.Put("blob", large)}\n");
        site.BusyAnswers = 2;
        var run = Run($"{site.Base}/tree/{root}");
        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Matches(@"^NumBytes: \d+ KiB in: \d+s \(.+\) \(.+/s\), numFiles: 4, numDirectories: 2, numSymlinks: 1\n$", run.Error);
        using var top = DirectoryHandle.Open(temporary["out"]);
        Assert.Equal("content", File.ReadAllText(temporary["out/etc/file"]));
        Assert.Equal(0b110_100_000u, top.Stat("etc/file"u8).Permissions);
        Assert.Equal(0b111_001_001u, top.Stat("etc"u8).Permissions);
        Assert.Equal(0ul, top.Stat("etc/empty"u8).Size);
        // Names are bytes, and no user gets a set-uid file of another's.
        Assert.Equal("../etc/file"u8.ToArray(), top.ReadLink(Encoding.Latin1.GetBytes("l\u00efnk")));
        Assert.Equal(0b111_101_101u, top.Stat("name with blank"u8).Permissions);
        Assert.Equal(large, File.ReadAllBytes(temporary["out/big"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary["out/usr"]));
        Run($"{site.Base}/tree/{root}").AssertError("IMG7106");
    }

    [RootFact]
    public void Root_gets_the_owners()
    {
        var root = site.Put("tree", $"file/0/2541/7/8/7/{site.Put("blob", "content")}\n");
        Assert.Equal(0, CommandRun.Start(new RunSettings(), "unpack-fs-tree", temporary["out"], $"{site.Base}/tree/{root}", "--json").ExitCode);
        using var top = DirectoryHandle.Open(temporary["out"]);
        Assert.Equal((7u, 8u, InodeMode.SetUid | 0b111_101_101), (top.Stat("file"u8).Uid, top.Stat("file"u8).Gid, top.Stat("file"u8).Permissions));
    }

    [Fact]
    public void What_cannot_be_had_is_one_error_and_leaves_nothing()
    {
        var file = site.Put("blob", "content");
        Fails($"{site.Base}/tree/{file}", "404 Not Found");
        Fails($"{site.Base}/tree/{site.Put("tree", "a/b\n")}", "number of segments");
        Fails($"{site.Base}/tree/{site.Put("tree", $"../0/1/0/0/7/{file}\n")}", "malformed tree");
        Fails($"{site.Base}/tree/{site.Put("tree", $"a/0/1/0/0/8/{file}\n")}", "malformed tree");
        Fails($"{site.Base}/blob/{file}", "not a tree");
        Fails("ftp://127.0.0.1/tree/x", "not the URL of a tree");
        site.Parts[$"/some/base/blob/{file}"] = "forged!"u8.ToArray();
        Fails($"{site.Base}/tree/{site.Put("tree", $"a/0/1/0/0/7/{file}\n")}", "hash mismatch");
        var url = site.Base;
        site.Dispose();
        Fails($"{url}/tree/{file}", "Get \"");

        void Fails(string tree, string reason)
        {
            var run = Run(tree);
            run.AssertError("IMG7242");
            Assert.Contains(reason, run.Error);
            Assert.Empty(temporary.Names());
        }
    }
}
