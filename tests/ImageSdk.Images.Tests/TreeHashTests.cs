using FsCheck;
using FsCheck.Fluent;

namespace ImageSdk.Images.Tests;

public sealed class TreeHashTests
{
    static readonly FileSystem Base = Trees.Build(
        ("/d", Trees.Directory), ("/d/f", Trees.File("abc", 1)), ("/l", new SymlinkInode { Target = "d/f" }),
        ("/c", new ComputedInode { Mode = InodeMode.Regular, Source = "a:1" }), ("/n", new SpecialInode { Mode = InodeMode.Character, Rdev = 3 }));

    static ObjectHash With(string path, Func<Inode, Inode> change)
    {
        var builder = new FileSystemBuilder(Base);
        builder.Replace(path, change(builder.Find(path)!));
        return TreeHash.Compute(builder.Build());
    }

    [Fact]
    public void WhichNamesAreLinkedCounts()
    {
        static ObjectHash Hash(params (string Path, string To)[] links)
        {
            var builder = new FileSystemBuilder(Trees.Build(("/a", Trees.File("x")), ("/b", Trees.File("x"))));
            foreach (var (path, to) in links)
                builder.Link(path, to);
            return TreeHash.Compute(builder.Build());
        }

        Assert.NotEqual(Hash(("/c", "/a"), ("/d", "/b")), Hash(("/c", "/b"), ("/d", "/a")));
        Assert.NotEqual(Hash(("/c", "/a"), ("/d", "/a")), Hash(("/c", "/a"), ("/d", "/b")));
    }

    [Fact]
    public void TimesNumbersAndOrderDoNotCount()
    {
        var hash = TreeHash.Compute(Base);
        Assert.Equal(hash, With("/d/f", inode => (RegularInode)inode with { Mtime = new(99, 1) }));
        Assert.Equal(hash, With("/d", inode => (DirectoryInode)inode with { Mtime = new(99, 1) }));
        Assert.Equal(hash, With("/n", inode => (SpecialInode)inode with { Mtime = new(99, 1) }));
        var renumbered = new FileSystemBuilder(Base.Root);
        ulong next = 1000;
        foreach (var (path, number, inode) in Base.Walk())
        {
            if (number is not null)
                renumbered.Add(path, inode, next += 7);
        }
        Assert.Equal(hash, TreeHash.Compute(renumbered.Build()));
        var reversed = new FileSystem
        {
            Root = Base.Root with { Entries = Base.Root.Entries.Reverse().ToArray() },
            InodeTable = new Dictionary<ulong, Inode>(Base.InodeTable) { [12345] = Trees.File("unused") },
        };
        Assert.Equal(hash, TreeHash.Compute(reversed));
    }

    [Fact]
    public void AllElseCounts()
    {
        var attributes = ExtendedAttributes.Create([new("user.x", "1")]);
        ObjectHash[] hashes =
        [
            TreeHash.Compute(Base),
            With("/d/f", inode => (RegularInode)inode with { Mode = InodeMode.Regular | 1 }),
            With("/d/f", inode => inode with { Uid = 1 }),
            With("/d/f", inode => inode with { Gid = 1 }),
            With("/d/f", inode => inode with { ExtendedAttributes = attributes }),
            With("/d/f", inode => (RegularInode)inode with { Size = 4 }),
            With("/d/f", inode => (RegularInode)inode with { Hash = ObjectHash.Of("abd"u8) }),
            With("/d/f", _ => new ComputedInode { Mode = InodeMode.Regular | 0x1A4 }),
            With("/l", inode => (SymlinkInode)inode with { Target = "d/g" }),
            With("/c", inode => (ComputedInode)inode with { Source = "a:2" }),
            With("/n", inode => (SpecialInode)inode with { Rdev = 4 }),
            With("/d", inode => (DirectoryInode)inode with { Mode = InodeMode.Directory }),
            With("/", inode => inode with { Uid = 1 }),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void HardLinksAreNotCopies()
    {
        FileSystem Linked(Action<FileSystemBuilder> add)
        {
            var builder = new FileSystemBuilder(Base);
            add(builder);
            return builder.Build();
        }
        var link = TreeHash.Compute(Linked(builder => builder.Link("/z", "/d/f")));
        var copy = TreeHash.Compute(Linked(builder => builder.Add("/z", Trees.File("abc", 1))));
        Assert.NotEqual(link, copy);
    }

    [Fact]
    public void DifferentTreesHashDifferently()
    {
        Check.QuickThrowOnFailure(Prop.ForAll(Trees.Any.ToArbitrary(), Trees.Any.ToArbitrary(), (left, right) =>
        {
            var changes = ImageDiff.Compare(left, right);
            var onlyTimes = changes.Added.Count + changes.Removed.Count == 0 &&
                changes.Changed.All(change => change.Aspects == DiffAspects.Mtime);
            if (!onlyTimes)
                Assert.NotEqual(TreeHash.Compute(left), TreeHash.Compute(right));
        }));
    }

    /// <summary>Stored hashes must stay valid: a change of the form needs a new header.</summary>
    [Fact]
    public void TheFormIsFixed() => Assert.StartsWith("45e8c6793e8ef899fff8f27d1fa7edbc", TreeHash.Compute(Base).ToString());
}
