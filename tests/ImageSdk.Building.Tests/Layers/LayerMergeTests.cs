using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Layers;

public sealed class LayerMergeTests
{
    /// <summary>Merging any run of layers changes nothing about what the whole stack makes, whatever lies below and above.</summary>
    [Fact]
    public void A_stack_with_merged_layers_is_the_same_tree()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var layers = RandomLayers.Make(random, random.Next(2, 12));
            var start = random.Next(layers.Count);
            var end = random.Next(start, layers.Count) + 1;
            var merge = new LayerMerge();
            foreach (var layer in layers[start..end])
                merge.Add(layer);
            var expected = Describe(layers);
            Assert.True(expected == Describe([.. layers[..start], merge.ToIndex(), .. layers[end..]]), $"seed {seed}");
        }
    }

    [Fact]
    public void What_takes_a_removed_directorys_place_hides_what_was_below()
    {
        var merge = new LayerMerge();
        merge.Add(RandomLayers.Of([RandomLayers.Gone("a")]));
        merge.Add(RandomLayers.Of([RandomLayers.Directory("a")]));
        Assert.Equal([true], merge.ToIndex().Entries.Where(entry => entry.Path == "a").Select(entry => entry.Opaque));
    }

    [Fact]
    public void Links_of_two_layers_are_not_one_file()
    {
        var merge = new LayerMerge();
        merge.Add(RandomLayers.Of([RandomLayers.File("a", 1, link: 7), RandomLayers.File("b", 1, link: 7)]));
        merge.Add(RandomLayers.Of([RandomLayers.File("c", 1, link: 7), RandomLayers.File("d", 1, link: 7)]));
        var links = merge.ToIndex().Entries.Where(entry => !entry.Path.IsEmpty).Select(entry => entry.LinkId).ToArray();
        Assert.Equal(links[0], links[1]);
        Assert.Equal(links[2], links[3]);
        Assert.NotEqual(links[0], links[2]);
        Assert.DoesNotContain(0ul, links);
    }

    static string Describe(IEnumerable<LayerIndex> layers)
    {
        var tree = new LayerTree();
        foreach (var layer in layers)
            tree.Apply(layer);
        return string.Join('\n', tree.ToFileSystem(latest: null).Walk().Select(entry => $"{entry.Path} {entry.InodeNumber} {Describe(entry.Inode)}"));
    }

    static string Describe(Inode inode) => inode switch
    {
        RegularInode file => $"{file.Mode:x} {file.Size} {file.Hash}",
        DirectoryInode directory => $"{directory.Mode:x}",
        _ => inode.ToString(),
    };
}
