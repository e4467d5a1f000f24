using ImageSdk.Srpc.Gob;
using ImageSdk.Tests;

namespace ImageSdk.Srpc.Tests.Gob;

public class GobFixtureTests
{
    // Go defined inode types inside these values, which ends their first message there.
    static readonly HashSet<string> chunked =
    [
        "gob-AddImageRequest-full", "gob-BuildImageResponse", "gob-FileSystem-Encode-method", "gob-FileSystem-all",
        "gob-FileSystem-computed", "gob-FileSystem-regular", "gob-GetImageInodesResponse", "gob-ImageArchive-full",
        "gob-sub-UpdateRequest",
    ];

    public static TheoryData<string> Names => [.. GobFixture.Names];

    [FixtureTheory]
    [MemberData(nameof(Names))]
    public void Decodes_to_the_recorded_values(string name)
    {
        var fixture = GobFixture.Load(name);
        var (values, _) = GobStreams.ReadAll(fixture.Stream);
        Assert.NotEmpty(values);
        if (name == "gob-FileSystem-Encode-method")
            return;
        Assert.Equal(fixture.Values.Length, values.Count);
        for (var i = 0; i < values.Count; i++)
            new GobJson().AssertEqual(fixture.Values[i], values[i].Value);
    }

    [FixtureTheory]
    [MemberData(nameof(Names))]
    public void Encodes_to_the_recorded_bytes(string name)
    {
        var fixture = GobFixture.Load(name);
        var (values, types) = GobStreams.ReadAll(fixture.Stream);
        var encoded = DynamicTypes.Encode(values, types);
        if (!chunked.Contains(name))
            Assert.Equal(Convert.ToHexStringLower(fixture.Stream), Convert.ToHexStringLower(encoded));
        else
        {
            // The same values with all types defined in front, and no message cut.
            Assert.NotEqual(fixture.Stream, encoded);
            var (again, _) = GobStreams.ReadAll(encoded);
            Assert.Equal(values.Select(value => value.ToString()), again.Select(value => value.ToString()));
        }
    }

    [FixtureFact]
    public void A_streamed_file_system_reads_value_by_value()
    {
        var (values, _) = GobStreams.ReadAll(GobFixture.Load("gob-FileSystem-Encode-method").Stream);
        Assert.Equal(["encodedFileSystemType", "numberedInode"], values.Select(value => ((GobValue.Struct)value.Value).TypeName));
        var inode = (GobValue.Interface)((GobValue.Struct)values[1].Value)["GenericInode"]!;
        Assert.Equal("*filesystem.RegularInode", inode.TypeName);
        Assert.Equal(new GobValue.UInt(6), ((GobValue.Struct)inode.Value!)["Size"]);
    }
}
