using ImageSdk.Images;
using ImageSdk.Trees.Patching;

namespace ImageSdk.Building.Tests.Patching;

/// <summary>What a tree lacks to be an image's.</summary>
public class TreePatchTests
{
    static readonly RegularInode file = new() { Mode = InodeMode.Regular | 0b110_100_100, Size = 1, Hash = ObjectHash.Of("a"u8), Mtime = new(7, 0) };
    static readonly SpecialInode device = new() { Mode = InodeMode.Character | 0b110_100_100, Rdev = 3, Mtime = new(7, 0) };
    static readonly DirectoryInode directory = new() { Mode = InodeMode.Directory | 0b111_101_101 };
    static readonly SymlinkInode link = new() { Target = "f" };

    static FileSystem Build(Action<FileSystemBuilder>? change = null)
    {
        var builder = new FileSystemBuilder();
        builder.Add("/d", directory);
        builder.Add("/d/f", file);
        builder.Add("/d/l", link);
        builder.Add("/d/n", device);
        change?.Invoke(builder);
        return builder.Build();
    }

    static string Compare(FileSystem image, FileSystem present)
    {
        var patch = TreePatch.Compare(image, present);
        return string.Join(' ', patch.Remove.Select(path => $"-{path}").Concat(patch.Replace.Select(entry => $"+{entry.Path}")).Concat(patch.Change.Select(entry => $"~{entry.Path}")));
    }

    [Fact]
    public void Equal_trees_need_nothing() => Assert.True(TreePatch.Compare(Build(), Build()).IsEmpty);

    public static TheoryData<string, string, Inode, string> Changes => new()
    {
        { "mode", "/d/f", file with { Mode = file.Mode ^ 1 }, "~/d/f" },
        { "owner", "/d/f", file with { Uid = 1 }, "~/d/f" },
        { "group", "/d/f", file with { Gid = 1 }, "~/d/f" },
        { "time", "/d/f", file with { Mtime = new(8, 0) }, "~/d/f" },
        { "content", "/d/f", file with { Hash = ObjectHash.Of("b"u8) }, "+/d/f" },
        { "size", "/d/f", file with { Size = 2 }, "+/d/f" },
        // For a moment it would run as its new owner with the old content.
        { "set user id", "/d/f", file with { Mode = file.Mode | 0x800 }, "+/d/f" },
        { "target", "/d/l", link with { Target = "g" }, "+/d/l" },
        { "device", "/d/n", device with { Rdev = 4 }, "+/d/n" },
        { "kind of device", "/d/n", device with { Mode = InodeMode.Block | 0b110_100_100 }, "+/d/n" },
        { "time of a device", "/d/n", device with { Mtime = new(8, 0) }, "~/d/n" },
        { "mode of a directory", "/d", directory with { Mode = InodeMode.Directory | 0b111_000_000 }, "~/d" },
        { "time of a directory", "/d", directory with { Mtime = new(8, 0) }, "" },
        { "type", "/d/f", link, "+/d/f" },
    };

    [Theory, MemberData(nameof(Changes))]
    public void Of_an_entry_is_done_what_differs(string what, string path, Inode inode, string expected)
    {
        var found = Compare(Build(builder => builder.Replace(path, inode)), Build());
        Assert.True(expected == found, $"{what}: {found}");
    }

    [Fact]
    public void What_the_image_lacks_goes_the_deepest_first_and_what_the_tree_lacks_comes_from_the_top()
    {
        static void AddMore(FileSystemBuilder builder)
        {
            builder.Add("/m", directory);
            builder.Add("/m/e", directory);
            builder.Add("/m/e/f", file);
        }

        Assert.Equal("-/m/e/f -/m/e -/m", Compare(Build(), Build(AddMore)));
        Assert.Equal("+/m +/m/e +/m/e/f", Compare(Build(AddMore), Build()));
    }

    [Fact]
    public void Names_of_one_file_stay_names_of_one_file()
    {
        static void AddLink(FileSystemBuilder builder) => builder.Link("/d/g", "/d/f");
        static void AddCopy(FileSystemBuilder builder) => builder.Add("/d/g", file);

        Assert.Equal("+/d/f +/d/g", Compare(Build(AddLink), Build(AddCopy)));
        Assert.Equal("+/d/f +/d/g", Compare(Build(AddCopy), Build(AddLink)));
        Assert.Equal("", Compare(Build(AddLink), Build(AddLink)));
    }
}
