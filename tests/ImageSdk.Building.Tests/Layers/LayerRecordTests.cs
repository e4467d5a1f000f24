using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Images;
using ImageSdk.Layers;
using ImageSdk.Layers.Shared;
using ImageSdk.Trees;

namespace ImageSdk.Building.Tests.Layers;

public class LayerRecordTests
{
    static LayerRecord Sample() => new("0123456789abcdef01234567", "inputs", "log", "less\t1\t2\n", true, ["123456789abcdef012345678"], new(
    [
        new("", LayerEntryKind.Inode, new DirectoryInode { Mode = 0x41ED, Mtime = new(1, 2) }, 0, false),
        new("etc", LayerEntryKind.Inode, new DirectoryInode { Mode = 0x41ED, Mtime = new(1, 2) }, 0, true),
        new("etc/gone", LayerEntryKind.Whiteout, null, 0, false),
        new("etc/one", LayerEntryKind.Inode, new RegularInode { Mode = 0x81A4, Size = 3, Hash = ObjectHash.Of("abc"u8) }, 7, false),
        new("etc/two", LayerEntryKind.Inode, new RegularInode { Mode = 0x81A4, Size = 3, Hash = ObjectHash.Of("abc"u8) }, 7, false),
        new("etc/zero", LayerEntryKind.Inode, new SpecialInode { Mode = 0x21B6, Rdev = 0x105 }, 0, false),
    ]));

    [Fact]
    public void Is_read_as_it_was_written()
    {
        var sample = Sample();
        var read = LayerRecord.Read(sample.Write());
        Assert.Equal(sample.Index.Entries, read.Index.Entries);
        Assert.Equal(sample.Parts, read.Parts);
        Assert.Equal(sample with { Index = read.Index, Parts = read.Parts }, read);
    }

    [Theory]
    [InlineData("../../../etc/passwd/abcd")]
    [InlineData("0123456789ABCDEF01234567")]
    [InlineData("")]
    public void Parts_are_names_of_layers_and_nothing_else(string part) =>
        Assert.Throws<InvalidDataException>(() => LayerRecord.Read((Sample() with { Parts = [part] }).Write()));

    /// <summary>What a shared cache brings may not speak to the overlay file system: a mounted root would be another one than the index says.</summary>
    [Theory]
    [InlineData("trusted.overlay.redirect")]
    [InlineData("trusted.overlay.opaque")]
    [InlineData("user.overlay.metacopy")]
    [InlineData("user.imagesdk.special")]
    public void Marks_of_the_overlay_are_refused(string attribute)
    {
        var inode = new DirectoryInode { Mode = 0x41ED, ExtendedAttributes = ExtendedAttributes.Create([new(attribute, "/etc")]) };
        Assert.Throws<InvalidDataException>(() => LayerRecord.Read((Sample() with { Index = new([new("etc", LayerEntryKind.Inode, inode, 0, false)]) }).Write()));
        Assert.Throws<ImageFormatException>(() => OverlayAttributes.RequireNone(Tree(inode)));
        OverlayAttributes.RequireNone(Tree(inode with { ExtendedAttributes = ExtendedAttributes.Create([new("user.overlaid", "/etc")]) }));
    }

    [Fact]
    public void A_device_that_is_no_device_is_refused()
    {
        var inode = new SpecialInode { Mode = 0x2000 };
        Assert.Throws<InvalidDataException>(() => LayerRecord.Read((Sample() with { Index = new([new("etc", LayerEntryKind.Inode, inode, 0, false)]) }).Write()));
        Assert.Throws<ImageFormatException>(() => OverlayAttributes.RequireNone(Tree(inode)));
        OverlayAttributes.RequireNone(Tree(inode with { Rdev = 0x103 }));
    }

    static FileSystem Tree(Inode inode)
    {
        var builder = new FileSystemBuilder();
        builder.Add("/etc", inode);
        return builder.Build();
    }

    [Theory]
    [InlineData("../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("etc/../../passwd")]
    [InlineData("etc//passwd")]
    [InlineData("etc/.")]
    public void Paths_that_lead_elsewhere_are_no_tree(string path)
    {
        var record = LayerRecord.Read((Sample() with
        {
            Index = new([.. Sample().Index.Entries.Take(2), new(path, LayerEntryKind.Inode, new RegularInode { Mode = 0x81A4 }, 0, false)]),
        }).Write());
        Assert.Throws<ImageFormatException>(() => FileSystemValidator.Validate(LayerImage.ToTree(record.Index, isRootless: false)));
    }

    [Fact]
    public void A_file_below_a_link_is_no_tree()
    {
        var record = LayerRecord.Read((Sample() with
        {
            Index = new(
            [
                Sample().Index.Entries[0], new("etc", LayerEntryKind.Inode, new SymlinkInode { Target = "/etc" }, 0, false),
                new("etc/passwd", LayerEntryKind.Inode, new RegularInode { Mode = 0x81A4 }, 0, false),
            ]),
        }).Write());
        Assert.Throws<ImageFormatException>(() => LayerImage.ToTree(record.Index, isRootless: false));
    }

    [Fact]
    public void The_tree_to_unpack_has_the_marks_of_the_overlay()
    {
        var tree = LayerImage.ToTree(Sample().Index, isRootless: true);
        var etc = Assert.IsType<DirectoryInode>(tree.Index.Find("/etc"));
        Assert.Equal("y", etc.ExtendedAttributes.Single(attribute => attribute.Key == "user.overlay.opaque").Value.ToString());
        Assert.Equal((0x2000u, 0ul), Assert.IsType<SpecialInode>(tree.Index.Find("/etc/gone")) is { } gone ? (gone.Mode, gone.Rdev) : default);
        Assert.Equal(4, tree.InodeTable.Count); // The two links are one inode.
        FileSystemValidator.Validate(tree);
    }

    [Fact]
    public void Any_other_bytes_are_refused_or_read()
    {
        var whole = Sample().Write();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(
            Gen.Choose(0, whole.Length - 1).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), Gen.Choose(0, whole.Length).ToArbitrary(), (at, value, length) =>
            {
                var changed = whole.ToArray();
                changed[at] = (byte)value;
                TryRead(changed[..length]);
                TryRead(changed);
            }));

        static void TryRead(byte[] bytes)
        {
            try
            {
                _ = LayerImage.ToTree(LayerRecord.Read(bytes).Index, isRootless: false);
            }
            catch (Exception exception) when (exception is InvalidDataException or ImageFormatException)
            {
                // Refused in the documented way.
            }
        }
    }
}
