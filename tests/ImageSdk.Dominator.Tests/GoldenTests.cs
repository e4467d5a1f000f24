using System.Security.Cryptography;
using System.Text.Json;
using ImageSdk.Images;
using ImageSdk.Srpc.Gob;
using ImageSdk.Srpc.Tests.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Dominator.Tests;

public class GoldenTests
{
    static byte[] OnDisk(string name) => File.ReadAllBytes(Path.Combine(Fixtures.Root!, "ondisk", name));

    static JsonElement Json(string name)
    {
        using var json = JsonDocument.Parse(OnDisk(name + ".json"));
        return json.RootElement.Clone();
    }

    [FixtureTheory]
    [InlineData("image-base-img.0", 17)]
    [InlineData("image-base-img.1", 18)]
    public void An_image_file_of_the_original_is_read_and_written_back(string name, ulong directories)
    {
        var image = Samples.Read(OnDisk(name));
        Assert.Equal("/tmp/.*", image.Filter!.Lines[1]);
        Assert.Equal(directories, image.FileSystem!.DirectoryCount);
        Assert.Equal(TimeSpan.Zero, image.CreatedOn!.Value.Offset);
        var written = Samples.File(image);
        Assert.True(new GobDecoder(new MemoryStream(written)).TryReadAny(out var tree));
        new GobJson(timeUnit: 100).AssertEqual(Json(name), tree);
        Same.Image(image, Samples.Read(written));
    }

    [FixtureFact]
    public void Damage_in_an_image_file_of_the_original_is_found()
    {
        var file = OnDisk("image-base-img.0");
        Assert.Throws<ImageFileException>(() => Samples.Read(file[..^1]));
        file[file.AsSpan().IndexOf("admin"u8)] ^= 1;
        Assert.Contains("checksum mismatch", Assert.Throws<ImageFileException>(() => Samples.Read(file)).Message);
        Samples.Read(file[..^64]);
    }

    [FixtureFact]
    public void Directory_metadata_of_the_original_is_read_and_written_byte_for_byte()
    {
        var file = OnDisk("directory.metadata");
        var metadata = DirectoryMetadataFile.Read(new MemoryStream(file));
        Assert.Equal("root", metadata.OwnerGroup);
        // That process had given away two ids before.
        var gob = GobStreams.EncodeFrom(67, ImageTypes.DirectoryMetadata, metadata);
        Assert.Equal(file, (byte[])[.. gob, .. SHA512.HashData(gob)]);
    }

    [FixtureFact]
    public void A_stream_of_directories_is_written_byte_for_byte()
    {
        var fixture = GobFixture.Load("gob-Directory-stream");
        var decoder = new GobDecoder(new MemoryStream(fixture.Stream));
        ImageDirectory[] directories = [.. fixture.Values.Select(_ => decoder.Read(ImageTypes.Directory))];
        Assert.Equal([new("a", new("g")), new("b", new("")), new("", new(""))], directories);
        var first = TypeIds(fixture.Stream).Min();
        Assert.Equal(fixture.Stream, GobStreams.EncodeFrom(first, ImageTypes.Directory, directories));
    }

    static IEnumerable<int> TypeIds(byte[] stream) => GobStreams.ReadAll(stream).Types.All.Keys;

    [FixtureTheory]
    [InlineData("gob-FileSystem-all")]
    [InlineData("gob-FileSystem-computed")]
    [InlineData("gob-FileSystem-directory")]
    [InlineData("gob-FileSystem-empty")]
    [InlineData("gob-FileSystem-regular")]
    public void File_systems(string name) => AssertBothWays(name, ImageTypes.FileSystem);

    [FixtureTheory]
    [InlineData("gob-Image-empty")]
    [InlineData("gob-Image-emptyfilter")]
    public void Images(string name) => AssertBothWays(name, ImageTypes.Image);

    [FixtureFact]
    public void Archive() => AssertBothWays("gob-ImageArchive-full", ImageTypes.ImageArchive);

    [FixtureFact]
    public void Inodes()
    {
        AssertBothWays("gob-RegularInode", InodeTypes.Regular);
        AssertBothWays("gob-RegularInode-negative-mtime", InodeTypes.Regular);
        AssertBothWays("gob-ComputedRegularInode", InodeTypes.Computed);
        AssertBothWays("gob-SymlinkInode", InodeTypes.Symlink);
        AssertBothWays("gob-SpecialInode", InodeTypes.Special);
        AssertBothWays("gob-DirectoryInode", InodeTypes.Directory);
    }

    [FixtureFact]
    public void Hashes() => AssertBothWays("gob-Hashes", GobTypes.Slice("[]hash.Hash", CommonTypes.Hash));

    [FixtureFact]
    public void Messages_of_the_imaginator()
    {
        AssertBothWays("gob-BuildImageRequest", BuildImageRequest.Gob);
        AssertBothWays("gob-DisableAutoBuildsResponse", DisableAutoBuildsResponse.Gob);
        AssertBothWays("gob-GetDependenciesResponse", GetDependenciesResponse.Gob);
        AssertBothWays("gob-GetDirectedGraphRequest", GetDirectedGraphRequest.Gob);
        AssertBothWays("gob-GetDirectedGraphResponse", GetDirectedGraphResponse.Gob);
        AssertBothWays("gob-BuildImageResponse", BuildImageResponse.Gob);
    }

    [FixtureFact]
    public void A_tree_that_a_sub_sends_is_read()
    {
        var decoder = new GobDecoder(new MemoryStream(GobFixture.Load("gob-FileSystem-Encode-method").Stream));
        var streamed = decoder.Read(StreamedTree.Gob);
        Assert.Empty(streamed.FileSystem.InodeTable);
        var inodes = new Dictionary<ulong, Inode>();
        for (var count = 0ul; count < streamed.InodeCount; count++)
        {
            var inode = decoder.Read(NumberedInode.Gob);
            inodes.Add(inode.Number, inode.Inode);
        }
        Assert.False(decoder.TryRead(NumberedInode.Gob, out _));
        Assert.NotEmpty(inodes);
        Same.FileSystem(
            new GobDecoder(new MemoryStream(GobFixture.Load("gob-FileSystem-regular").Stream)).Read(ImageTypes.FileSystem),
            FileSystem.Create(streamed.FileSystem.Root, inodes));
    }

    static void AssertBothWays<T>(string name, GobType<T> type)
    {
        var fixture = GobFixture.Load(name);
        var decoder = new GobDecoder(new MemoryStream(fixture.Stream));
        T[] values = [.. fixture.Values.Select(_ => decoder.Read(type))];
        Assert.False(decoder.TryRead(type, out _));
        var (trees, _) = GobStreams.ReadAll(GobStreams.Encode(type, values));
        for (var i = 0; i < values.Length; i++)
            new GobJson(timeUnit: 100).AssertEqual(fixture.Values[i], trees[i].Value);
    }

    [FixtureFact]
    public void Types_are_those_of_the_original_and_what_is_ours_comes_last()
    {
        var theirs = GobStreams.ReadAll(GobFixture.Load("gob-FileSystem-all").Stream);
        var ours = GobStreams.ReadAll(GobStreams.Encode(ImageTypes.FileSystem, Samples.FileSystem()));
        AssertExtends(theirs.Types, theirs.Values[0].TypeId, ours.Types, ours.Values[0].TypeId);
        foreach (var name in new[] { "RegularInode", "ComputedRegularInode", "SymlinkInode", "SpecialInode", "DirectoryInode" })
            AssertExtends(theirs.Types, IdOf(theirs.Types, name), ours.Types, IdOf(ours.Types, name));
        var image = GobStreams.ReadAll(GobFixture.Load("gob-ImageArchive-full").Stream);
        ours = GobStreams.ReadAll(GobStreams.Encode(ImageTypes.ImageArchive, new ImageArchive("x", new Image())));
        AssertExtends(image.Types, image.Values[0].TypeId, ours.Types, ours.Values[0].TypeId);
    }

    static int IdOf(WireTypes types, string name) => types.All.Single(type => type.Value.Name == name).Key;

    static void AssertExtends(WireTypes theirs, int theirId, WireTypes ours, int ourId)
    {
        if (WireTypes.IsBuiltin(theirId))
        {
            Assert.Equal(theirId, ourId);
            return;
        }
        var (their, our) = (theirs.Get(theirId), ours.Get(ourId));
        Assert.Equal(their.Name, our.Name);
        switch (their, our)
        {
            case (WireStruct a, WireStruct b):
                for (var i = 0; i < a.Fields.Length; i++)
                {
                    Assert.Equal(a.Fields[i].Name, b.Fields[i].Name);
                    AssertExtends(theirs, a.Fields[i].TypeId, ours, b.Fields[i].TypeId);
                }
                Assert.All(b.Fields.Skip(a.Fields.Length), field =>
                    Assert.Contains(field.Name, new[] { "ExtendedAttributes", "MtimeSeconds", "MtimeNanoSeconds", "Attestations" }));
                break;
            case (WireArray a, WireArray b):
                Assert.Equal(a.Length, b.Length);
                AssertExtends(theirs, a.Element, ours, b.Element);
                break;
            case (WireSlice a, WireSlice b):
                AssertExtends(theirs, a.Element, ours, b.Element);
                break;
            case (WireMap a, WireMap b):
                AssertExtends(theirs, a.Key, ours, b.Key);
                AssertExtends(theirs, a.Element, ours, b.Element);
                break;
            default:
                Assert.Equal(their, our);
                break;
        }
    }
}
