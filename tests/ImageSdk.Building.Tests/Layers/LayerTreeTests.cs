using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Layers;

public class LayerTreeTests
{
    static LayerEntry Dir(string path, bool opaque = false) => new(path, LayerEntryKind.Inode, new DirectoryInode { Mode = 0x41ED }, 0, opaque);

    static LayerEntry File(string path, string content, ulong link = 0) => new(
        path, LayerEntryKind.Inode, new RegularInode { Mode = 0x81A4, Size = (ulong)content.Length, Hash = ObjectHash.Of(System.Text.Encoding.UTF8.GetBytes(content)) }, link, false);

    static LayerEntry Gone(string path) => new(path, LayerEntryKind.Whiteout, null, 0, false);

    static FileSystem Stack(params LayerEntry[][] layers)
    {
        var tree = new LayerTree();
        foreach (var layer in layers)
            tree.Apply(new LayerIndex(layer));
        return tree.ToFileSystem(null);
    }

    static string[] Paths(FileSystem fileSystem) => [.. fileSystem.Walk().Where(entry => !entry.IsRoot).Select(entry => entry.Path.ToString())];

    [Fact]
    public void Upper_names_hide_lower_ones_and_whiteouts_remove_them() => Assert.Equal(
        ["/a", "/a/new", "/b"],
        Paths(Stack([Dir("a"), File("a/old", "1"), File("b", "1"), File("c", "1")], [Dir("a"), File("a/new", "2"), Gone("a/old"), File("b", "2"), Gone("c")])));

    [Fact]
    public void An_opaque_directory_hides_all_below_it() => Assert.Equal(
        ["/a", "/a/new"], Paths(Stack([Dir("a"), File("a/old", "1"), Dir("a/deep")], [Dir("a", opaque: true), File("a/new", "2")])));

    [Fact]
    public void A_file_replaces_a_directory_and_the_other_way_round() => Assert.Equal(
        ["/a", "/b", "/b/in"], Paths(Stack([Dir("a"), File("a/in", "1"), File("b", "1")], [File("a", "2"), Dir("b"), File("b/in", "2")])));

    [Fact]
    public void Hard_links_share_a_number_within_a_layer_and_not_across()
    {
        var tree = Stack([File("a", "1", 7), File("b", "1", 7), File("c", "1")], [File("d", "1", 7), File("e", "1", 7)]);
        ulong Number(string name) => tree.Root.Entries.Single(entry => entry.Name == name).InodeNumber;
        Assert.Equal(Number("a"), Number("b"));
        Assert.Equal(Number("d"), Number("e"));
        Assert.Equal(3, new[] { Number("a"), Number("c"), Number("d") }.Distinct().Count());
        Assert.Equal(3ul, tree.RegularInodeCount);
        Assert.Equal(3ul, tree.TotalDataBytes);
    }

    [Fact]
    public void A_tree_that_starts_from_an_image_is_that_image()
    {
        var first = Stack([Dir("a"), File("a/x", "1", 3), File("a/y", "1", 3), Dir("b")]);
        Assert.Equal(TreeHash.Compute(first), TreeHash.Compute(LayerTree.From(first).ToFileSystem(null)));
    }

    [Fact]
    public void A_damaged_order_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => Stack([File("a/x", "1")]));
        Assert.Throws<InvalidDataException>(() => Stack([File("a", "1"), File("a/x", "1")]));
    }
}
