using FsCheck;
using FsCheck.Fluent;

namespace ImageSdk.Images.Tests;

public sealed class PathFinderTests
{
    [Fact]
    public void Finds_what_the_index_finds()
    {
        Prop.ForAll(Trees.Any.ToArbitrary(), tree =>
        {
            var paths = new PathFinder(tree);
            return tree.Walk().All(entry => ReferenceEquals(paths.Find(entry.Path), entry.Inode));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Finds_in_large_directories_and_nothing_that_is_not_there()
    {
        var tree = Trees.Build([("/d", Trees.Directory), .. Enumerable.Range(0, 100).Select(i => ($"/d/{i}", (Inode)Trees.File($"{i}")))]);
        var paths = new PathFinder(tree);
        Assert.Equal(2ul, ((RegularInode)paths.Find("/d/42")!).Size);
        Assert.Same(paths.Find("/d/42"), paths.Find("d/42"));
        Assert.Same(tree.Root, paths.Find("/"));
        Assert.All(["/e", "/d/100", "/d/1/2", "/d/42x"], path => Assert.Null(paths.Find(path)));
    }

    [Fact]
    public void Trees_from_anywhere_have_no_paths_through_what_is_missing()
    {
        var root = Trees.Directory with { Entries = [new("gone", 7), new("nothing", 8)] };
        var tree = new FileSystem { Root = root, InodeTable = new Dictionary<ulong, Inode> { [8] = null! } };
        Assert.All(["/gone", "/gone/below", "/nothing", "/nothing/below"], path => Assert.Null(new PathFinder(tree).Find(path)));
    }

    [Fact]
    public void What_is_below_a_directory_is_what_the_whole_walk_has_there()
    {
        Prop.ForAll(Trees.Any.ToArbitrary(), tree => tree.Walk().Where(entry => entry.Inode is DirectoryInode).All(directory =>
        {
            var below = directory.Path.ToString() is "/" ? "/" : directory.Path + "/";
            return tree.WalkBelow(directory.Path).SequenceEqual(
                tree.Walk().Where(entry => !entry.IsRoot && entry.Path.ToString().StartsWith(below, StringComparison.Ordinal)));
        })).QuickCheckThrowOnFailure();
        Assert.Empty(Trees.Build(("/f", Trees.File("x"))).WalkBelow("/f"));
        Assert.Empty(Trees.Build(("/f", Trees.File("x"))).WalkBelow("/none"));
    }
}
