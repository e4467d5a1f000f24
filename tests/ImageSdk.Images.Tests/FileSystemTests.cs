using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Images.Text;
using ImageSdk.Tests;

namespace ImageSdk.Images.Tests;

public sealed class FileSystemTests
{
    [Fact]
    public void BuilderSortsAndCounts()
    {
        var builder = new FileSystemBuilder();
        builder.Add("/b", Trees.File("abc"));
        builder.Add("/a", Trees.Directory);
        builder.Add("/a/z", Trees.File(""));
        builder.Link("/a/y", "/b");
        builder.Add("/c", new ComputedInode { Mode = InodeMode.Regular });
        var fileSystem = builder.Build();
        Assert.Equal(["/", "/a", "/a/y", "/a/z", "/b", "/c"], Trees.Paths(fileSystem));
        Assert.Equal((2ul, 3ul, 2ul),
            (fileSystem.RegularInodeCount, fileSystem.TotalDataBytes, fileSystem.DirectoryCount));
        Assert.True(fileSystem.Index.TryFind("/b", out var entry));
        Assert.Equal(2, fileSystem.Index.CountLinks(entry));
        Assert.Same(fileSystem.Index.Find("/b"), fileSystem.Index.Find("/a/y"));
        Assert.Null(fileSystem.Index.Find("/nope"));
        Assert.IsType<DirectoryInode>(fileSystem.Index.Find("/"));
        FileSystemValidator.Validate(fileSystem);
    }

    [Fact]
    public void BuilderReplacesAndRemoves()
    {
        var builder = new FileSystemBuilder(Trees.Build(("/d", Trees.Directory), ("/d/e", Trees.Directory), ("/d/e/f", Trees.File("x"))));
        builder.Link("/g", "/d/e/f");
        builder.Replace("/d/e/f", Trees.File("yy"));
        builder.Replace("/d", Trees.Directory with { Uid = 7 });
        builder.Replace("/", Trees.Directory with { Gid = 8 });
        var fileSystem = builder.Build();
        Assert.Equal(2ul, ((RegularInode)fileSystem.Index.Find("/g")!).Size);
        Assert.Equal((7u, 8u), (fileSystem.Index.Find("/d")!.Uid, fileSystem.Root.Gid));
        Assert.Equal(["/", "/d", "/d/e", "/d/e/f", "/g"], Trees.Paths(fileSystem));
        Assert.True(builder.Remove("/d"));
        Assert.False(builder.Remove("/d"));
        Assert.Null(builder.Find("/d/e/f"));
        var rest = builder.Build();
        Assert.Equal(["/", "/g"], Trees.Paths(rest));
        Assert.Single(rest.InodeTable);
        builder.Add("/d", Trees.File("again"));
        Assert.Equal(3, Trees.Paths(builder.Build()).Count());
    }

    [Fact]
    public void BuilderRefusesWhatIsNoTree()
    {
        var builder = new FileSystemBuilder();
        builder.Add("/d", Trees.Directory, 5);
        builder.Add("/f", Trees.File("x"), 6);
        void Refuses(Action action, string reason) => Assert.Contains(reason, Assert.Throws<ImageFormatException>(action).Message);
        Refuses(() => builder.Add("/d", Trees.Directory), "duplicate name");
        Refuses(() => builder.Add("/x/y", Trees.Directory), "no parent directory");
        Refuses(() => builder.Add("/f/y", Trees.Directory), "no parent directory");
        Refuses(() => builder.Add("/e", Trees.Directory, 5), "hard-linked directory");
        Refuses(() => builder.Add("/e", Trees.File("y"), 6), "inode changed: 6");
        Refuses(() => builder.Add("/d/..", Trees.Directory), "name is . or ..");
        Refuses(() => builder.Add("/", Trees.Directory), "empty name");
        Refuses(() => builder.Add("f", Trees.Directory), "not a rooted path");
        Refuses(() => builder.Link("/h", "/nope"), "missing hard link target: /nope");
        Refuses(() => builder.Link("/h", "/d"), "hard-linked directory");
        Refuses(() => builder.Replace("/f", Trees.Directory), "changed type");
        Refuses(() => builder.Replace("/nope", Trees.Directory), "missing");
    }

    [Fact]
    public void FilterRemovesTreesButNotTheRoot()
    {
        var fileSystem = Trees.Build(
            ("/a", Trees.Directory), ("/a/b", Trees.File("1")), ("/ab", Trees.File("22")), ("/c", Trees.Directory), ("/c/d", Trees.File("333")));
        Assert.Same(fileSystem, fileSystem.Without(null));
        var without = fileSystem.Without(new Filter(["/a$", "/c/d"]));
        Assert.Equal(["/", "/ab", "/c"], Trees.Paths(without));
        Assert.Equal((1ul, 2ul, 2ul), (without.RegularInodeCount, without.TotalDataBytes, without.DirectoryCount));
        Assert.Equal(["/"], Trees.Paths(fileSystem.Without(new Filter([".*"]))));
        // Inverted: what lies below a directory that does not match is gone.
        Assert.Equal(["/", "/c", "/c/d"], Trees.Paths(fileSystem.Without(new Filter(["!", "/c(|/.*)$"]))));
        Assert.Equal(["/"], Trees.Paths(fileSystem.Without(new Filter(["!", "/c/.*"]))));
        Assert.Equal(["/", "/a"], Trees.Paths(fileSystem.Only(Trees.Build(("/a", Trees.Directory), ("/z", Trees.Directory)))));
    }

    [Fact]
    public void CopiesTimesOfWhatIsOtherwiseEqual()
    {
        var device = new SpecialInode { Mode = InodeMode.Character, Rdev = 1, Mtime = new(9, 9) };
        var old = Trees.Build(("/same", Trees.File("x", 1)), ("/changed", Trees.File("y", 1)), ("/dev", device), ("/b", Trees.File("z", 1)));
        var builder = new FileSystemBuilder(Trees.Build(
            ("/same", Trees.File("x", 2)), ("/changed", Trees.File("Y", 2)), ("/dev", device with { Mtime = default }),
            ("/a", Trees.File("z", 2)), ("/new", Trees.File("x", 2))));
        builder.Link("/b", "/a");
        var copied = builder.Build().CopyMtimes(old);
        long Seconds(string path) => ((RegularInode)copied.Index.Find(path)!).Mtime.Seconds;
        Assert.Equal([1, 2, 1, 1, 2], (long[])[Seconds("/same"), Seconds("/changed"), Seconds("/a"), Seconds("/b"), Seconds("/new")]);
        Assert.Equal(new FileTime(9, 9), ((SpecialInode)copied.Index.Find("/dev")!).Mtime);
        var filtered = builder.Build().CopyMtimes(old, new Filter(["/b", "/same"]));
        Assert.Equal(2, ((RegularInode)filtered.Index.Find("/same")!).Mtime.Seconds);
        Assert.Equal(2, ((RegularInode)filtered.Index.Find("/a")!).Mtime.Seconds);
    }

    [Theory]
    [InlineData("mode")]
    [InlineData("uid")]
    [InlineData("gid")]
    [InlineData("attributes")]
    [InlineData("content")]
    [InlineData("nothing")]
    public void CopiesNoTimeWhereAnythingElseDiffers(string what)
    {
        static T Change<T>(T inode, string what) where T : ModedInode => what switch
        {
            "mode" => inode with { Mode = inode.Mode ^ 0b100 },
            "uid" => inode with { Uid = inode.Uid + 1 },
            "gid" => inode with { Gid = inode.Gid + 1 },
            "attributes" => inode with { ExtendedAttributes = ExtendedAttributes.Create([KeyValuePair.Create((ByteString)"user.a", (ByteString)"b")]) },
            _ => inode,
        };
        var file = Trees.File("x", 2);
        var device = new SpecialInode { Mode = InodeMode.Character, Rdev = 1, Mtime = new(2, 0) };
        var old = Trees.Build(("/file", file with { Mtime = new(1, 0) }), ("/device", device with { Mtime = new(1, 0) }));
        var isContent = what == "content";
        var copied = Trees.Build(
            ("/file", Change(isContent ? Trees.File("y", 2) : file, what)), ("/device", Change(isContent ? device with { Rdev = 2 } : device, what))).CopyMtimes(old);

        var seconds = what == "nothing" ? 1 : 2;
        Assert.Equal(seconds, ((RegularInode)copied.Index.Find("/file")!).Mtime.Seconds);
        Assert.Equal(seconds, ((SpecialInode)copied.Index.Find("/device")!).Mtime.Seconds);
    }

    [Fact]
    public void EstimatesUsage()
    {
        var fileSystem = Trees.Build(
            ("/d", Trees.Directory), ("/empty", Trees.File("")), ("/small", Trees.File("x")), ("/link", new SymlinkInode { Target = "x" }),
            ("/full", Trees.File("x") with { Size = 8192 }));
        Assert.Equal(4096ul + 4096 + 8192 + 64, fileSystem.EstimateUsage());
        Assert.Equal(512ul + 512 + 8192 + 64, fileSystem.EstimateUsage(512));
        Assert.Equal(fileSystem.EstimateUsage(), fileSystem.EstimateUsage(0));
        var huge = Trees.Build(("/a", Trees.File("x") with { Size = ulong.MaxValue }), ("/b", Trees.File("x") with { Size = 5000 }));
        Assert.Equal(ulong.MaxValue, huge.EstimateUsage());
        Assert.Equal(ulong.MaxValue, huge.TotalDataBytes);
    }

    [FixtureFact]
    public void CountsAsTheOriginalDoes()
    {
        foreach (var name in (string[])["image-base-img.0.json", "image-base-img.1.json"])
        {
            var recorded = RecordedImage.ReadFileSystem(name);
            FileSystemValidator.Validate(recorded);
            var rebuilt = new FileSystemBuilder(recorded).Build();
            Assert.Equal(
                (recorded.DirectoryCount, recorded.RegularInodeCount, recorded.TotalDataBytes),
                (rebuilt.DirectoryCount, rebuilt.RegularInodeCount, rebuilt.TotalDataBytes));
            Assert.Equal(recorded.Walk().Select(entry => entry.Path), rebuilt.Walk().Select(entry => entry.Path));
            Assert.Equal(TreeHash.Compute(recorded), TreeHash.Compute(rebuilt));
        }
    }

    [Fact]
    public void SplicesComputedFiles()
    {
        var builder = new FileSystemBuilder(Trees.Build(
            ("/etc", Trees.Directory), ("/etc/a", Trees.File("xx") with { Uid = 3 }), ("/link", new SymlinkInode { Target = "x" }), ("/h", Trees.File("y"))));
        builder.Link("/h2", "/h");
        var fileSystem = builder.Build();
        Assert.Same(fileSystem, ComputedFile.Splice(fileSystem, []));
        var spliced = ComputedFile.Splice(fileSystem, [new("/etc/a", "localhost:1")]);
        Assert.Equal(new ComputedInode { Mode = InodeMode.Regular | 0x1A4, Uid = 3, Source = "localhost:1" }, spliced.Index.Find("/etc/a"));
        Assert.Equal((1ul, 1ul), (spliced.RegularInodeCount, spliced.TotalDataBytes));
        Assert.IsType<RegularInode>(fileSystem.Index.Find("/etc/a"));
        var again = ComputedFile.Splice(spliced, [new("/etc/a", "other:2")]);
        Assert.Equal("other:2", ((ComputedInode)again.Index.Find("/etc/a")!).Source);
        void Refuses(string path, string message) => Assert.Equal(message,
            Assert.Throws<ImageFormatException>(() => ComputedFile.Splice(fileSystem, [new(path, "s")])).Message);
        Refuses("/nope", "/nope: missing from image");
        Refuses("/h", "/h: multiple inodes: 2");
        Refuses("/link", "/link: type: symlink is not a regular inode");
        Refuses("/etc", "/etc: type: directory is not a regular inode");
    }

    [Fact]
    public void ReadsAndMergesComputedFiles()
    {
        var lines = ComputedFile.ParseLines("# x\n/etc/b  host:1\n\n\t/etc/a\thost:2 \n");
        Assert.Equal([new("/etc/b", "host:1"), new("/etc/a", "host:2")], lines);
        Assert.Equal(lines, ComputedFile.ParseJson("// x\n" + ComputedFile.ToJson(lines)));
        Assert.Equal("[]\n", ComputedFile.ToJson([]));
        Assert.Equal([new("/etc/a", "host:3"), new("/etc/b", "host:1")], ComputedFile.Merge(lines, [new("/etc/a", "host:3")]));
        Assert.Equal(3, Assert.Throws<LineFormatException>(() => ComputedFile.ParseLines("#\n/a b\n/a\n")).Line);
        Fuzz.Text(ComputedFile.ToJson(lines), text =>
        {
            try
            {
                _ = ComputedFile.ParseJson(text);
            }
            catch (System.Text.Json.JsonException)
            {
            }
        });
    }

    [Fact]
    public void RebuildingKeepsEveryTree() => Check.QuickThrowOnFailure(Prop.ForAll(Trees.Any.ToArbitrary(), fileSystem =>
    {
        FileSystemValidator.Validate(fileSystem);
        Assert.True(ImageDiff.Compare(fileSystem, new FileSystemBuilder(fileSystem).Build()).IsEmpty);
        var paths = Trees.Paths(fileSystem).ToArray();
        Assert.Equal(paths.Length, paths.Distinct().Count());
        Assert.Equal(fileSystem.InodeTable.Count, fileSystem.Walk().Select(entry => entry.InodeNumber).OfType<ulong>().Distinct().Count());
    }));
}
