using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Building.Layers;
using ImageSdk.Building.RemoteCache;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.Layers;

public class LayerRecordTests
{
    static LayerRecord Sample() => new("0123456789abcdef01234567", "inputs", "log", "less\t1\t2\n", true, new(
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
        Assert.Equal(sample with { Index = read.Index }, read);
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
