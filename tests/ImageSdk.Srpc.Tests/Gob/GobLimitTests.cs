using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;
using static ImageSdk.Srpc.Tests.Gob.GobStreams;

namespace ImageSdk.Srpc.Tests.Gob;

public class GobLimitTests
{
    static string Refuses<T>(GobType<T> type, byte[] stream, GobLimits? limits = null)
    {
        var message = Assert.Throws<GobException>(() => Decode(type, stream, limits)).Message;
        Assert.Throws<GobException>(() => ReadAll(stream, limits));
        return message;
    }

    [Fact]
    public void Bytes_of_a_value()
    {
        var stream = Encode(Text, new string('x', 1000));
        Assert.Contains("more than 1000 bytes", Refuses(Text, stream, new GobLimits { MaxValueBytes = 1000 }));
        Decode(Text, stream, new GobLimits { MaxValueBytes = 1100 });
    }

    [Fact]
    public void A_value_of_as_many_bytes_as_are_allowed_is_read()
    {
        // The length before a short message is one byte, and does not count.
        var stream = Encode(Text, new string('x', 100));
        Decode(Text, stream, new GobLimits { MaxValueBytes = stream.Length - 1 });
        Refuses(Text, stream, new GobLimits { MaxValueBytes = stream.Length - 2 });
    }

    [Fact]
    public void A_definition_of_as_many_bytes_as_are_allowed_is_read()
    {
        var type = Slice("[]uint64", U64);
        var stream = Encode(type, [1UL]);
        // One byte of length and one or two of the type's number come before it.
        var most = Enumerable.Range(1, 100).First(limit => Record.Exception(() => Decode(type, stream, new GobLimits { MaxDefinitionBytes = limit })) is null);
        var numberBytes = stream[1] < 0x80 ? 1 : 1 + (256 - stream[1]);
        Assert.Equal(stream[0] - numberBytes, most);
    }

    [Fact]
    public void Bytes_of_a_value_count_over_all_its_messages()
    {
        var type = Slice("[]string", Text);
        var stream = Encode(type, ["abc"]);
        Refuses(type, stream, new GobLimits { MaxValueBytes = stream.Length - 3 });
        Decode(type, stream, new GobLimits { MaxValueBytes = stream.Length });
    }

    [Theory]
    [InlineData("f87fffffffffffffff")]
    [InlineData("f8ffffffffffffffff")]
    [InlineData("fc3ffffff0")]
    public void A_length_is_not_believed(string hex) => Refuses(Text, Convert.FromHexString(hex + "0c00"));

    [Theory]
    [InlineData("ff80")]
    [InlineData("fc7fffffff")]
    [InlineData("f8ffffffffffffffff")]
    public void A_count_is_not_believed(string count)
    {
        var list = Encode(Slice("", U64), [1UL]);
        var definition = list[..(1 + list[0])];
        var value = Convert.FromHexString("ff8200" + count + "01");
        Assert.Contains("elements in 1 bytes", Refuses(Slice("", U64), [.. definition, (byte)value.Length, .. value]));
    }

    [Theory]
    [InlineData("ff80")]
    [InlineData("f8ffffffffffffffff")]
    public void A_length_inside_is_not_believed(string length)
    {
        var value = Convert.FromHexString("0c00" + length + "01");
        Refuses(Text, [(byte)value.Length, .. value]);
    }

    [Fact]
    public void Depth()
    {
        static GobType<IReadOnlyList<T>> Nest<T>(GobType<T> element) => Slice("", element);
        var type = Nest(Nest(Nest(Nest(U64))));
        var stream = Encode(type, [[[[1]]]]);
        Assert.Contains("deep", Refuses(type, stream, new GobLimits { MaxDepth = 3 }));
        Assert.Equal(1UL, Decode(type, stream, new GobLimits { MaxDepth = 4 })[0][0][0][0]);
    }

    [Fact]
    public void Depth_of_what_is_skipped_and_of_types_that_contain_themselves()
    {
        var type = new GobStruct<Node>("Node") { { "Name", Text, _ => "n", (ref _, _) => { } } };
        type.Add("Next", Pointer(type), n => n.Next, (ref n, v) => n.Next = v);
        var node = new Node();
        for (var i = 0; i < 100; i++)
            node = new Node { Next = node };
        var stream = Encode(type, node);
        Assert.Contains("deep", Refuses(type, stream));
        var skipping = new GobStruct<Node>("Node") { { "Name", Text, _ => "", (ref _, _) => { } } };
        Assert.Contains("deep", Refuses(skipping, stream));
    }

    sealed class Node
    {
        public Node? Next { get; set; }
    }

    [Fact]
    public void Number_of_definitions()
    {
        static GobType<IReadOnlyList<T>> Nest<T>(GobType<T> element) => Slice("", element);
        var type = Nest(Nest(Nest(U64)));
        var stream = Encode(type, [[[1]]]);
        Assert.Contains("type definitions", Refuses(type, stream, new GobLimits { MaxDefinitions = 2 }));
        Decode(type, stream, new GobLimits { MaxDefinitions = 3 });
    }

    [Fact]
    public void Size_of_a_definition()
    {
        var type = Slice(new string('n', 500), U64);
        var stream = Encode(type, [1UL]);
        Assert.Contains("more than 400 bytes", Refuses(type, stream, new GobLimits { MaxDefinitionBytes = 400 }));
        Decode(type, stream, new GobLimits { MaxDefinitionBytes = 600 });
    }

    [Theory]
    [InlineData("06ff8103010002")]
    [InlineData("04ff810000")]
    [InlineData("04ff810800")]
    [InlineData("0aff8102010000020000")]
    [InlineData("0aff8103010201ffff0000")]
    [InlineData("0101")]
    [InlineData("0ac10201020a0001060000")]
    [InlineData("0cff8102010201000106000000")]
    [InlineData("0bf8ffffffffffffffff0000")]
    public void Definitions_that_make_no_sense(string hex) => Refuses(Text, Convert.FromHexString(hex));
}
