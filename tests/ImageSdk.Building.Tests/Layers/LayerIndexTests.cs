using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Images;
using ImageSdk.Layers;

namespace ImageSdk.Building.Tests.Layers;

public class LayerIndexTests
{
    static readonly Gen<ByteString> Bytes = Gen.ArrayOf(Gen.Choose(1, 255).Select(value => (byte)value)).Select(bytes => new ByteString(bytes));

    static readonly Gen<FileTime> Times =
        from seconds in ArbMap.Default.GeneratorFor<long>() from nanoseconds in Gen.Choose(0, 999_999_999) select new FileTime(seconds, nanoseconds);

    static readonly Gen<ExtendedAttributes> Attributes =
        Gen.ListOf(from name in Bytes from value in Bytes select new KeyValuePair<ByteString, ByteString>(name, value), 2).Select(ExtendedAttributes.Create);

    static readonly Gen<Inode?> Inodes =
        from kind in Gen.Choose(0, 4)
        from mode in Gen.Choose(0, 0xFFFF)
        from owner in Gen.Choose(0, int.MaxValue)
        from size in Gen.Choose(0, int.MaxValue)
        from time in Times
        from attributes in Attributes
        from text in Bytes
        select (Inode?)(kind switch
        {
            0 => null,
            1 => new DirectoryInode { Mode = (uint)mode, Uid = (uint)owner, Mtime = time, ExtendedAttributes = attributes },
            2 => new RegularInode
            {
                Mode = (uint)mode, Gid = (uint)owner, Mtime = time, Size = (ulong)size, Hash = size == 0 ? default : ObjectHash.Of(text.Span), ExtendedAttributes = attributes,
            },
            3 => new SymlinkInode { Uid = (uint)owner, Target = text, ExtendedAttributes = attributes },
            _ => new SpecialInode { Mode = (uint)mode, Mtime = time, Rdev = (ulong)size, ExtendedAttributes = attributes },
        });

    static readonly Gen<LayerIndex> Indexes = Gen.ListOf(
            from path in Bytes from inode in Inodes from link in Gen.Choose(0, 3) from opaque in Gen.Elements(true, false)
            select new LayerEntry(path, inode is null ? LayerEntryKind.Whiteout : LayerEntryKind.Inode, inode, (ulong)link, opaque))
        .Select(entries => new LayerIndex(entries));

    static byte[] Write(LayerIndex index)
    {
        using var stream = new MemoryStream();
        index.Write(stream);
        return stream.ToArray();
    }

    [Fact]
    public void Every_index_is_read_as_it_was_written() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Indexes.ToArbitrary(), index =>
            LayerIndex.Read(new MemoryStream(Write(index))).Entries.SequenceEqual(index.Entries)));

    [Fact]
    public void Damaged_bytes_are_refused_and_never_crash()
    {
        var random = new Random(4711);
        var index = Write(new LayerIndex([.. Indexes.Sample(40).SelectMany(sample => sample.Entries)]));
        for (var round = 0; round < 3000; round++)
        {
            var damaged = round % 2 == 0 ? index[..random.Next(index.Length)] : [.. index];
            for (var change = random.Next(1, 5); change > 0 && damaged.Length > 0; change--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                LayerIndex.Read(new MemoryStream(damaged));
            }
            catch (InvalidDataException)
            {
                // The documented answer.
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    public void A_file_that_is_cut_off_is_refused(int lost)
    {
        var index = Write(new LayerIndex([new LayerEntry("etc", LayerEntryKind.Inode, new DirectoryInode { Mode = 0x41ED, Mtime = default(FileTime) }, 0, false)]));
        if (lost == 0)
            Assert.Single(LayerIndex.Read(new MemoryStream(index)).Entries);
        else
            Assert.Throws<InvalidDataException>(() => LayerIndex.Read(new MemoryStream(index[..^lost])));
    }
}
