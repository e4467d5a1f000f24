namespace ImageSdk.Images.Tests;

public sealed class UntrustedTreeTests
{
    static DirectoryInode Holding(params (string Name, ulong Number)[] entries) =>
        Trees.Directory with { Entries = entries.Select(entry => new DirectoryEntry(entry.Name, entry.Number)).ToArray() };

    static FileSystem Tree(DirectoryInode root, params (ulong Number, Inode Inode)[] inodes) =>
        new() { Root = root, InodeTable = inodes.ToDictionary(inode => inode.Number, inode => inode.Inode) };

    static void Refuses(FileSystem fileSystem, string path, string reason)
    {
        var error = Assert.Throws<ImageFormatException>(() => FileSystemValidator.Validate(fileSystem));
        Assert.Equal((path, reason), (error.Path.ToString(), error.Reason));
    }

    [Theory]
    [InlineData("", "empty name")]
    [InlineData(".", "name is . or ..")]
    [InlineData("..", "name is . or ..")]
    [InlineData("a/b", "name contains /")]
    [InlineData("a\0", "name contains NUL")]
    public void RefusesNames(string name, string reason)
    {
        Refuses(Tree(Holding((name, 1)), (1, Trees.File(""))), "/" + name, reason);
        Refuses(Tree(Holding(("d", 1)), (1, Holding((name, 2))), (2, Trees.File(""))), "/d/" + name, reason);
    }

    [Fact]
    public void RefusesLongAndDoubledNames()
    {
        Refuses(Tree(Holding(("a", 1), ("a", 2)), (1, Trees.File("")), (2, Trees.File(""))), "/a", "duplicate name");
        var name = new string('a', 256);
        Refuses(Tree(Holding((name, 1)), (1, Trees.File(""))), "/" + name, "name longer than 255 bytes");
    }

    [Fact]
    public void RefusesLongPaths()
    {
        // Sixteen of 255 bytes with their slashes are 4096.
        var name = new string('a', 255);
        FileSystem Deep(int last) => Tree(
            Holding((name, 1)),
            [.. Enumerable.Range(1, 15).Select(number => ((ulong)number, (Inode)Holding((number < 15 ? name : name[..last], (ulong)number + 1)))), (16, Trees.File(""))]);
        FileSystemValidator.Validate(Deep(254));
        Refuses(Deep(255), string.Concat(Enumerable.Repeat("/" + name, 16)), "path longer than 4095 bytes");
        Assert.Throws<ImageFormatException>(() => new FileSystemBuilder(Deep(255)));
    }

    [Fact]
    public void RefusesMissingInodes()
    {
        Refuses(Tree(Holding(("a", 1))), "/a", "no entry in inode table for: 1");
        Refuses(Tree(Holding(("a", 1)), (1, null!)), "/a", "nil entry in inode table for: 1");
    }

    [Fact]
    public void RefusesCyclesAndSharedDirectories()
    {
        Refuses(Tree(Holding(("a", 1)), (1, Holding(("b", 1)))), "/a/b", "hard-linked or recursive directory");
        Refuses(Tree(Holding(("a", 1), ("b", 1)), (1, Holding())), "/b", "hard-linked or recursive directory");
        Refuses(Tree(Holding(("a", 1)), (1, Holding(("b", 2))), (2, Holding(("c", 1)))), "/a/b/c", "hard-linked or recursive directory");
    }

    [Fact]
    public void RefusesDepth()
    {
        var chain = Enumerable.Range(1, 5000).Select(number => ((ulong)number, (Inode)Holding(("d", (ulong)number + 1)))).ToArray();
        var fileSystem = Tree(Holding(("d", 1)), chain);
        Assert.Throws<ImageFormatException>(() => FileSystemValidator.Validate(fileSystem));
        Assert.Contains("directories deep", Assert.Throws<ImageFormatException>(() => TreeHash.Compute(fileSystem)).Reason);
        Assert.Throws<ImageFormatException>(() => fileSystem.Index);
    }

    public static TheoryData<Inode, string> BadInodes => new()
    {
        { Trees.File("") with { Mode = 0x1ED }, "mode 0755 of a regular inode" },
        { new ComputedInode { Mode = InodeMode.Directory }, "mode 040000 of a computed inode" },
        { new SpecialInode { Mode = InodeMode.Regular }, "mode 0100000 of a special inode" },
        { Holding() with { Mode = InodeMode.Symlink }, "mode 0120000 of a directory inode" },
        { Trees.File("") with { Size = 1 }, "file with content but without hash" },
        { new SymlinkInode(), "bad symlink target" },
        { new SymlinkInode { Target = "a\0" }, "bad symlink target" },
        { new SymlinkInode { Target = new string('a', 4096) }, "bad symlink target" },
        { Trees.File("") with { ExtendedAttributes = ExtendedAttributes.Create([new("", "")]) }, "bad name of an extended attribute" },
    };

    [Theory]
    [MemberData(nameof(BadInodes))]
    public void RefusesInodes(Inode inode, string reason) => Refuses(Tree(Holding(("a", 1)), (1, inode)), "/a", reason);

    [Fact]
    public void RefusesTheRoot() => Refuses(Tree(new DirectoryInode()), "/", "mode 00 of a directory inode");

    [Fact]
    public void RefusesTwoNamesOfAComputedFile()
    {
        var computed = new ComputedInode { Mode = InodeMode.Regular };
        Refuses(Tree(Holding(("d", 1)), (1, Holding(("a", 2), ("b", 2))), (2, computed)), "/d/b", "duplicate computed inode");
    }

    [Fact]
    public void TakesWhatIsUnusualButRight() => FileSystemValidator.Validate(Tree(
        Holding(("z", 0), ("a", ulong.MaxValue), ("A\n", 0)),
        (0, Trees.File("x")), (ulong.MaxValue, new SpecialInode { Mode = InodeMode.Fifo }), (7, null!)));

    /// <summary>Whatever numbers a tree refers to, every operation ends, with an answer or the one exception.</summary>
    [Fact]
    public void RandomGraphsAreTakenOrRefused()
    {
        var random = new Random(7);
        for (var round = 0; round < 3000; round++)
        {
            (string, ulong)[] Entries() => Enumerable.Range(0, random.Next(4))
                .Select(_ => (random.Next(20) == 0 ? ".." : ((char)('a' + random.Next(6))).ToString(), (ulong)random.Next(10))).ToArray();
            var fileSystem = Tree(Holding(Entries()), Enumerable.Range(0, 8).Select(number =>
                ((ulong)number, random.Next(3) == 0 ? Trees.File("x") : (Inode)Holding(Entries()))).ToArray());
            var valid = Takes(() => FileSystemValidator.Validate(fileSystem));
            Takes(() => fileSystem.EstimateUsage());
            Takes(() => fileSystem.Without(new Filter(["/a/b.*"])));
            Assert.True(Takes(() => TreeHash.Compute(fileSystem)) || !valid);
            Assert.True(Takes(() => new Listing().Write(fileSystem, Stream.Null)) || !valid);
            Assert.True(Takes(() => new FileSystemBuilder(fileSystem).Build()) || !valid);
        }
    }

    static bool Takes(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (ImageFormatException)
        {
            return false;
        }
    }
}
