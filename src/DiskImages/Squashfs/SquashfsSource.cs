using System.Text;
using ImageSdk.DiskImages.Blocks;
using ImageSdk.DiskImages.Volumes;
using static ImageSdk.DiskImages.Squashfs.SquashfsImage;

namespace ImageSdk.DiskImages.Squashfs;

/// <summary>The tree of a squashfs, with the tables that its inodes refer to.</summary>
sealed class SquashfsSource : ISourceVolume
{
    const int FragmentLength = 16, AttributeLength = 16, MostAttributes = 1 << 16;
    const int LongestValue = 1 << 16, KeptFragments = 16;

    static readonly string[] prefixes = ["user.", "trusted.", "security."];

    readonly Dictionary<uint, byte[]> fragments = [];
    readonly uint[] ids;
    readonly byte[]? attributeIndex;

    /// <exception cref="DiskImageException">It is damaged, or of a kind that is not supported.</exception>
    public SquashfsSource(IBlocks blocks)
    {
        Image = new(blocks);
        ids = [.. Enumerable.Range(0, Image.IdCount).Select(index => ReadTable(Image.IdTable, index, sizeof(uint)).Word())];
        if (Image.AttributeTable != None)
            attributeIndex = Image.ReadPlain(Image.AttributeTable, 16);
    }

    public SquashfsImage Image { get; }

    public string Kind => "squashfs";

    public string Label => "";

    public string Uuid => "";

    public ISourceNode Root => new SquashfsNode(this, Image.RootInode);

    public uint IdAt(int index) => index < ids.Length ? ids[index] : throw Damaged($"there is no id {index}");

    /// <summary>A block that ends of files share. Files that follow each other mostly share one.</summary>
    public ReadOnlySpan<byte> ReadFragment(uint index)
    {
        if (fragments.TryGetValue(index, out var known))
            return known;
        if (index >= Image.FragmentCount)
            throw Damaged($"there is no fragment {index}");
        if (fragments.Count == KeptFragments)
            fragments.Clear();
        var cursor = ReadTable(Image.FragmentTable, index, FragmentLength);
        var (place, size) = (cursor.Long(), cursor.Word());
        var block = new byte[Image.BlockSize];
        return fragments[index] = block[..Image.ReadBlock(place, size, block)];
    }

    public IReadOnlyList<(string Name, byte[] Value)> AttributesAt(uint index)
    {
        const uint NoAttributes = uint.MaxValue, ElsewhereFlag = 0x100;
        if (index == NoAttributes || attributeIndex is null)
            return [];
        if (index >= Word(attributeIndex, 8))
            throw Damaged($"there is no list of attributes {index}");
        var (table, entry) = (Long(attributeIndex, 0), ReadTable(Image.AttributeTable + 16, index, AttributeLength));
        var (reference, count) = (entry.Long(), entry.Word());
        if (count > MostAttributes)
            throw Damaged($"a file has {count} attributes");
        var cursor = new SquashfsCursor(Image, table, reference);
        var attributes = new List<(string, byte[])>();
        for (var i = 0; i < count; i++)
        {
            var (type, name) = (cursor.Half(), Encoding.UTF8.GetString(cursor.Bytes(cursor.Half())));
            var length = cursor.Word();
            if ((type & 0xFF) >= prefixes.Length || length > LongestValue)
                throw Damaged($"an attribute is of the type {type}, with {length} bytes");
            var value = (type & ElsewhereFlag) == 0 ? cursor.Bytes((int)length) : ReadElsewhere(table, cursor.Long());
            attributes.Add((prefixes[type & 0xFF] + name, value));
        }
        return attributes;
    }

    byte[] ReadElsewhere(ulong table, ulong reference)
    {
        var cursor = new SquashfsCursor(Image, table, reference);
        var length = cursor.Word();
        return length <= LongestValue ? cursor.Bytes((int)length) : throw Damaged($"an attribute has {length} bytes");
    }

    /// <summary>An entry of a table, whose blocks of metadata a list of places names.</summary>
    SquashfsCursor ReadTable(ulong places, long index, int length)
    {
        var perBlock = MetadataSize / length;
        var place = Long(Image.ReadPlain(places + (ulong)(index / perBlock) * sizeof(ulong), sizeof(ulong)), 0);
        return new(Image, place, (ulong)(index % perBlock * length));
    }
}
