using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Layers;

/// <summary>Indexes of layers as stages might leave them on one another: few names, so that they meet often.</summary>
static class RandomLayers
{
    static readonly string[] names = ["a", "b", "c", "d"];

    public static LayerEntry Directory(string path, bool opaque = false, uint mode = 0x41ED) =>
        new(path, LayerEntryKind.Inode, new DirectoryInode { Mode = mode }, 0, opaque);

    public static LayerEntry File(string path, int content, ulong link = 0) => new(
        path, LayerEntryKind.Inode,
        new RegularInode { Mode = 0x81A4, Size = (ulong)content, Hash = ObjectHash.Of(BitConverter.GetBytes(content)) }, link, false);

    public static LayerEntry Gone(string path) => new(path, LayerEntryKind.Whiteout, null, 0, false);

    public static LayerIndex Of(IEnumerable<LayerEntry> entries) => new([Directory(""), .. entries]);

    public static List<LayerIndex> Make(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => Of(Fill(random, "", 0)))];

    static IEnumerable<LayerEntry> Fill(Random random, string path, int depth)
    {
        foreach (var name in names)
        {
            var child = path.Length == 0 ? name : $"{path}/{name}";
            switch (random.Next(8))
            {
                case 0:
                    yield return Gone(child);
                    break;
                case 1 or 2:
                    // Files of one link number are one file, and have one content.
                    var link = (ulong)random.Next(3);
                    yield return File(child, link == 0 ? random.Next(1, 50) : (int)link, link);
                    break;
                case 3 or 4 when depth < 3:
                    yield return Directory(child, random.Next(4) == 0, 0x41C0u + (uint)random.Next(64));
                    foreach (var entry in Fill(random, child, depth + 1))
                        yield return entry;
                    break;
            }
        }
    }
}
