using System.Security.Cryptography;
using System.Text;
using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using ImageSdk.Srpc.Tests.Gob;

namespace ImageSdk.Dominator.Tests;

public class ImageFileTests
{
    [Fact]
    public void An_image_with_everything_comes_back() => Same.Image(Samples.Image(), Samples.Read(Samples.File(Samples.Image())));

    [Fact]
    public void An_empty_image_comes_back()
    {
        var image = Samples.Read(Samples.File(new Image()));
        Same.Image(new Image(), image);
        Assert.Null(image.Filter);
        Assert.Null(image.CreatedOn);
    }

    [Fact]
    public void No_filter_and_no_filter_lines_are_not_the_same()
    {
        var image = Samples.Read(Samples.File(new Image { Filter = new Filter([]), Triggers = new Triggers([]) }));
        Assert.Empty(image.Filter!.Lines);
        Assert.Empty(image.Triggers!.List);
    }

    [Fact]
    public void No_tags_and_empty_tags_are_not_the_same()
    {
        Assert.Null(Samples.Read(Samples.File(new Image())).Tags);
        Assert.Empty(Samples.Read(Samples.File(new Image { Tags = new Dictionary<string, string>() })).Tags!);
    }

    [Fact]
    public void Equal_images_give_equal_files()
    {
        var image = Samples.Image();
        var reordered = image with
        {
            Tags = image.Tags!.Reverse().ToDictionary(),
            FileSystem = new FileSystem
            {
                Root = image.FileSystem!.Root,
                InodeTable = image.FileSystem.InodeTable.OrderBy(entry => entry.Key).ToDictionary(),
                RegularInodeCount = 1,
                TotalDataBytes = 3,
                DirectoryCount = 2,
            },
        };
        Assert.Equal(Samples.File(image), Samples.File(reordered));
    }

    [Fact]
    public void The_trailer_is_the_hash_of_all_before_it()
    {
        var file = Samples.File(Samples.Image());
        Assert.Equal(SHA512.HashData(file.AsSpan(..^64)), file.AsSpan(^64..).ToArray());
    }

    [Fact]
    public void A_file_without_trailer_is_read() => Same.Image(Samples.Image(), Samples.Read(Samples.File(Samples.Image())[..^64]));

    [Fact]
    public void What_follows_the_trailer_stays_unread()
    {
        var file = Samples.File(Samples.Image());
        var stream = new MemoryStream([.. file, 1, 2, 3]);
        Same.Image(Samples.Image(), ImageFile.Read(stream));
        Assert.Equal(file.Length, stream.Position);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    public void A_cut_trailer_is_an_error(int missing)
    {
        var file = Samples.File(Samples.Image());
        Assert.Contains("unexpected end", Assert.Throws<ImageFileException>(() => Samples.Read(file[..^missing])).Message);
    }

    [Fact]
    public void Every_cut_in_the_image_is_an_error()
    {
        var gob = Samples.File(Samples.Image())[..^64];
        for (var length = 0; length < gob.Length; length++)
            Assert.Throws<ImageFileException>(() => Samples.Read(gob[..length]));
    }

    [Fact]
    public void A_changed_byte_is_a_checksum_mismatch()
    {
        var file = Samples.File(Samples.Image());
        file[file.AsSpan().IndexOf("c0ffee"u8)] ^= 1;
        Assert.Contains("checksum mismatch", Assert.Throws<ImageFileException>(() => Samples.Read(file)).Message);
        file = Samples.File(Samples.Image());
        file[^1] ^= 1;
        Assert.Contains("checksum mismatch", Assert.Throws<ImageFileException>(() => Samples.Read(file)).Message);
    }

    [Fact]
    public void Something_else_is_no_image()
    {
        Assert.Throws<ImageFileException>(() => Samples.Read([]));
        Assert.Throws<ImageFileException>(() => Samples.Read(Encoding.ASCII.GetBytes("#!/bin/sh\nexit 0\n")));
        var metadata = new MemoryStream();
        DirectoryMetadataFile.Write(metadata, new DirectoryMetadata("root"));
        Assert.Contains("no field of struct Image", Assert.Throws<ImageFileException>(() => Samples.Read(metadata.ToArray())).Message);
    }

    [Fact]
    public void A_limit_holds()
    {
        var file = Samples.File(Samples.Image());
        Assert.Throws<ImageFileException>(() => ImageFile.Read(new MemoryStream(file), new GobLimits { MaxValueBytes = 1000 }));
    }

    [Fact]
    public void A_directory_time_of_zero_is_not_no_time()
    {
        var file = Samples.File(new Image { FileSystem = new FileSystem { Root = new DirectoryInode { Mtime = default(FileTime) } } });
        Assert.Equal(new FileTime(0, 0), Samples.Read(file).FileSystem!.Root.Mtime);
        file = Samples.File(new Image { FileSystem = new FileSystem { Root = new DirectoryInode() } });
        Assert.Null(Samples.Read(file).FileSystem!.Root.Mtime);
    }

    [Fact]
    public void Fields_of_ours_are_not_sent_where_there_is_nothing_to_say()
    {
        Assert.True(new GobDecoder(new MemoryStream(Samples.File(new Image { FileSystem = new FileSystem { Root = new DirectoryInode { Mode = 1 } } }))).TryReadAny(out var value));
        var root = (GobValue.Struct)((GobValue.Struct)((GobValue.Struct)value)["FileSystem"]!)["DirectoryInode"]!;
        Assert.Equal(["Mode"], root.Fields.Select(field => field.Key));
    }

    [Fact]
    public void A_nil_inode_is_refused()
    {
        var table = GobTypes.Map("InodeTable", GobTypes.U64, new GobInterface<Inode> { { "*filesystem.SymlinkInode", InodeTypes.Symlink } });
        var type = new GobStruct<TableOnly>("FileSystem") { { "InodeTable", table, t => t.InodeTable, (ref t, v) => t.InodeTable = v } };
        var stream = GobStreams.Encode(type, new TableOnly { InodeTable = new Dictionary<ulong, Inode?> { [1] = null } });
        Assert.Contains("nil entry", Assert.Throws<GobException>(() => GobStreams.Decode(ImageTypes.FileSystem, stream)).Message);
    }

    sealed class TableOnly
    {
        public IReadOnlyDictionary<ulong, Inode?>? InodeTable { get; set; }
    }

    [Fact]
    public void An_inode_of_an_unknown_kind_cannot_be_written()
    {
        var image = new Image
        {
            FileSystem = new FileSystem { Root = new DirectoryInode(), InodeTable = new Dictionary<ulong, Inode> { [1] = new StrangeInode() } },
        };
        Assert.Contains("StrangeInode", Assert.Throws<GobException>(() => Samples.File(image)).Message);
    }

    sealed record StrangeInode : Inode;

    [Fact]
    public void Text_that_is_not_UTF8_survives()
    {
        var file = Samples.File(new Image { CreatedBy = "placeholder" });
        var at = file.AsSpan().IndexOf("placeholder"u8);
        file[at] = 0xff;
        var image = Samples.Read(file[..^64]);
        Assert.Equal(file[..^64], Samples.File(image)[..^64]);
    }

    [Fact]
    public void Metadata_comes_back()
    {
        var stream = new MemoryStream();
        DirectoryMetadataFile.Write(stream, new DirectoryMetadata("wheel"));
        stream.Position = 0;
        Assert.Equal(new DirectoryMetadata("wheel"), DirectoryMetadataFile.Read(stream));
    }
}
