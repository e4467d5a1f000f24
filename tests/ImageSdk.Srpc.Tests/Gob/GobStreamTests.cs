using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Gob.GobTypes;
using static ImageSdk.Srpc.Tests.Gob.GobStreams;

namespace ImageSdk.Srpc.Tests.Gob;

public class GobStreamTests
{
    static readonly GobType<IReadOnlyList<string>> strings = Slice("[]string", Text);

    [Fact]
    public void Nothing_is_read_beyond_the_value()
    {
        var stream = new MemoryStream([.. Encode(strings, ["a", "b"]), 1, 2, 3]);
        var end = stream.Length - 3;
        Assert.Equal(["a", "b"], new GobDecoder(stream).Read(strings));
        Assert.Equal(end, stream.Position);
    }

    [Fact]
    public void A_stream_that_comes_in_single_bytes_is_read()
    {
        var long1 = new string('x', 300_000);
        var decoder = new GobDecoder(new TrickleStream(Encode(strings, ["a", long1], ["b"])));
        Assert.Equal(["a", long1], decoder.Read(strings));
        Assert.Equal(["b"], decoder.Read(strings));
        Assert.False(decoder.TryRead(strings, out _));
    }

    sealed class TrickleStream(byte[] content) : MemoryStream(content)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
    }

    [Fact]
    public void The_end_of_the_stream_is_no_error_between_values_only()
    {
        var bytes = Encode(strings, ["a", "b"]);
        Assert.False(new GobDecoder(new MemoryStream()).TryRead(strings, out _));
        for (var length = 1; length < bytes.Length; length++)
            Assert.Throws<GobException>(() => new GobDecoder(new MemoryStream(bytes[..length])).TryRead(strings, out _));
    }

    [Fact]
    public void A_decoder_that_failed_does_not_go_on()
    {
        var decoder = new GobDecoder(new MemoryStream([.. Encode(Text, "a"), .. Encode(Text, "b")]));
        Assert.Throws<GobException>(() => decoder.Read(U64));
        Assert.Throws<GobException>(() => decoder.Read(Text));
    }

    [Fact]
    public void An_encoder_that_failed_has_written_nothing_of_the_value()
    {
        var stream = new MemoryStream();
        var encoder = new GobEncoder(stream);
        var durations = Slice("[]d", Duration);
        encoder.Write(durations, [TimeSpan.Zero]);
        Assert.Throws<GobException>(() => encoder.Write(durations, [TimeSpan.Zero, TimeSpan.MaxValue]));
        encoder.Write(durations, [TimeSpan.FromSeconds(1)]);
        stream.Position = 0;
        var decoder = new GobDecoder(stream);
        Assert.Single(decoder.Read(durations));
        Assert.Equal([TimeSpan.FromSeconds(1)], decoder.Read(durations));
        Assert.False(decoder.TryRead(durations, out _));
    }

    abstract class Shape;

    sealed class Symlink : Shape
    {
        public ulong Uid { get; set; }
        public string Target { get; set; } = "";
    }

    sealed class Table
    {
        public IReadOnlyDictionary<ulong, Shape?>? InodeTable { get; set; }
        public ulong NumRegularInodes { get; set; }
        public ulong TotalDataBytes { get; set; }
        public ulong DirectoryCount { get; set; }
    }

    static readonly GobType<Symlink> symlink = new GobStruct<Symlink>("SymlinkInode")
    {
        { "Uid", U64, s => s.Uid, (ref s, v) => s.Uid = v },
        { "Symlink", Text, s => s.Target, (ref s, v) => s.Target = v },
    };

    static readonly GobInterface<Shape> shape = new() { { "*filesystem.SymlinkInode", symlink } };

    static readonly GobType<Table> table = new GobStruct<Table>("FileSystem")
    {
        { "InodeTable", Map("InodeTable", U64, shape), t => t.InodeTable, (ref t, v) => t.InodeTable = v },
        { "NumRegularInodes", U64, t => t.NumRegularInodes, (ref t, v) => t.NumRegularInodes = v },
        { "TotalDataBytes", U64, t => t.TotalDataBytes, (ref t, v) => t.TotalDataBytes = v },
        { "DirectoryCount", U64, t => t.DirectoryCount, (ref t, v) => t.DirectoryCount = v },
    };

    // The type is defined inside the value, which ends the message there; the rest comes in the next one.
    static readonly string head =
        Message("ff81 03 01 01 01 46 01 ff82 00 01 04 01 0a 496e6f64655461626c65 01 ff84 00"
            + "01 10 4e756d526567756c6172496e6f646573 01 06 00 01 0e 546f74616c446174614279746573 01 06 00"
            + "01 01 58 01 06 00 00 00")
        + Message("ff83 04 01 02 ff84 00 01 06 01 10 00 00");

    const string Inline = "18 2a66696c6573797374656d2e53796d6c696e6b496e6f6465"
        + "ffe9 03 01 01 0c 53796d6c696e6b496e6f6465 01 ffea 00 01 02 01 03 556964 01 06 00 01 07 53796d6c696e6b 01 0c 00 00 00";

    static string Message(string hex)
    {
        hex = hex.Replace(" ", "");
        return $"{hex.Length / 2:x2}{hex}";
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_value_cut_at_an_inline_definition_is_read_whole(bool inOneMessage)
    {
        var start = "ff82 01 02 07 00 fb0200000000" + Inline;
        var rest = "ffea 10 01 03 01 09 2e2e2f746172676574 00 01 01 01 06 00";
        var stream = inOneMessage ? Message(start + Message(rest)) : Message(start) + Message(rest);
        var value = Decode(table, head + stream);
        Assert.Null(value.InodeTable![7]);
        var link = Assert.IsType<Symlink>(value.InodeTable![1UL << 33]);
        Assert.Equal((3UL, "../target"), (link.Uid, link.Target));
        Assert.Equal((1UL, 6UL), (value.NumRegularInodes, value.TotalDataBytes));
    }

    [Fact]
    public void More_elements_than_bytes_are_fine_where_the_value_goes_on_in_other_messages()
    {
        var list = Slice("[]Shape", shape);
        // Of 100 elements the first brings its type, which ends the message; nil ones follow.
        var rest = "ffea 06 01 01 01 01 78 00" + string.Concat(Enumerable.Repeat("00", 99));
        var stream = Message("ff81 02 01 02 ff82 00 01 10 00 00") + Message("ff82 00 64" + Inline) + Message(rest);
        Assert.Equal("x", Assert.IsType<Symlink>(Decode(list, stream)[0]).Target);
        Assert.Equal(100, Decode(list, stream).Count);
    }

    [Fact]
    public void A_type_may_be_defined_any_time_before_its_value()
    {
        var type = Slice("", Array("", 1, U64));
        Assert.Equal(5UL, Decode(type, Message(SliceOfLater) + Message(Later) + Message(SliceValue))[0][0]);
    }

    [Fact]
    public void An_undefined_type_is_an_error_where_a_value_needs_it() =>
        Assert.Contains("not defined", Assert.Throws<GobException>(() =>
            Decode(Slice("", Array("", 1, U64)), Message(SliceOfLater) + Message(SliceValue))).Message);

    [Fact]
    public void A_type_cannot_be_defined_twice() =>
        Assert.Contains("twice", Assert.Throws<GobException>(() => Decode(Array("", 1, U64), Message(Later) + Message(Later))).Message);

    // Type 65 is a slice of type 66, an array of one.
    const string SliceOfLater = "ff81 02 01 02 ff82 00 01 ff84 00 00";
    const string Later = "ff83 01 01 02 ff84 00 01 06 01 02 00 00";
    const string SliceValue = "ff82 00 01 01 05";

    [Fact]
    public void An_unknown_implementation_is_an_error()
    {
        var other = new GobInterface<Shape> { { "*filesystem.OtherInode", symlink } };
        var bytes = Encode(Slice("[]Shape", other), [new Symlink()]);
        Assert.Contains("name not registered for interface: \"*filesystem.OtherInode\"",
            Assert.Throws<GobException>(() => Decode(Slice("[]Shape", shape), bytes)).Message);
    }

    [Fact]
    public void Implementations_need_not_be_structs()
    {
        var anything = new GobInterface<string> { { "string", Text } };
        Assert.Equal(["a", null, ""], Decode(Slice("[]any", anything), Encode(Slice("[]any", anything), ["a", null, ""])));
    }
}
