using ImageSdk.Srpc.Gob;
using ImageSdk.Tests;
using static ImageSdk.Srpc.Gob.GobTypes;
using static ImageSdk.Srpc.Tests.Gob.GobStreams;

namespace ImageSdk.Srpc.Tests.Gob;

public class GobSchemaTests
{
    sealed class Pair
    {
        public string Name { get; set; } = "";
        public ulong Number { get; set; }
    }

    static readonly GobType<Pair> pair = new GobStruct<Pair>("Pair")
    {
        { "Name", Text, p => p.Name, (ref p, v) => p.Name = v },
        { "Number", U64, p => p.Number, (ref p, v) => p.Number = v },
    };

    [Fact]
    public void A_request_is_encoded_as_the_original_does()
    {
        var request = new GobStruct<Pair>("CheckImageRequest") { { "ImageName", Text, p => p.Name, (ref p, v) => p.Name = v } };
        const string expected = "2d ff95 03 01 01 11 436865636b496d61676552657175657374 01 ff96 00 01 01 01 09 496d6167654e616d65 01 0c 00 00 00"
            + "0d ff96 01 08 626173652f696d67 00";
        Assert.Equal(expected.Replace(" ", ""), Convert.ToHexStringLower(EncodeFrom(75, request, new Pair { Name = "base/img" })));
        Assert.Equal("base/img", Decode(request, expected).Name);
    }

    [Fact]
    public void An_empty_struct_has_a_definition_without_fields() =>
        Assert.Equal(
            "1cff93030101 10416464496d616765526573706f6e7365 01ff94000000 03ff9400".Replace(" ", ""),
            Convert.ToHexStringLower(EncodeFrom(74, new GobStruct<Pair>("AddImageResponse"), new Pair())));

    [FixtureTheory]
    [InlineData("gob-prims-zero")]
    [InlineData("gob-prims-i64max")]
    [InlineData("gob-prims-small")]
    [InlineData("gob-prims-empty-nonnil")]
    public void A_struct_of_all_kinds_is_written_byte_for_byte(string name)
    {
        var fixture = GobFixture.Load(name);
        var value = Decode(Prims.Type, fixture.Stream);
        Assert.Equal(Convert.ToHexStringLower(fixture.Stream), Convert.ToHexStringLower(EncodeFrom(64, Prims.Type, value)));
        Assert.Equal(name == "gob-prims-empty-nonnil", value.M is { Count: 0 });
    }

    [Fact]
    public void Definitions_are_sent_once()
    {
        var one = Encode(pair, new Pair { Name = "a" });
        var two = Encode(pair, new Pair { Name = "a" }, new Pair { Name = "a" });
        var value = one.AsSpan(1 + one[0]).ToArray();
        Assert.Equal((byte[])[.. one, .. value], two);
    }

    [Fact]
    public void Fields_are_matched_by_name()
    {
        var other = new GobStruct<Pair>("Whatever")
        {
            { "Unknown", Slice("[]map", Map("", Text, pair)), _ => [new Dictionary<string, Pair> { ["x"] = new() { Name = "y" } }], (ref _, _) => { } },
            { "Number", U64, p => p.Number, (ref p, v) => p.Number = v },
            { "Time", Time, _ => new GobTime(1, 2), (ref _, _) => { } },
            { "Anything", new GobInterface<Pair> { { "pair", pair } }, p => p, (ref _, _) => { } },
            { "Hash", ByteArray<byte[]>("Hash", 3, bytes => bytes.ToArray(), (in bytes) => bytes), _ => [1, 200, 3], (ref _, _) => { } },
            { "Float", Float, _ => 1.25, (ref _, _) => { } },
            { "Complex", Complex, _ => new(1, 2), (ref _, _) => { } },
            { "Name", Text, p => p.Name, (ref p, v) => p.Name = v },
        };
        var value = Decode(pair, Encode(other, new Pair { Name = "n", Number = 300 }));
        Assert.Equal(("n", 300UL), (value.Name, value.Number));
    }

    [Fact]
    public void Missing_fields_keep_their_default()
    {
        var old = new GobStruct<Pair>("Pair") { { "Number", U64, p => p.Number, (ref p, v) => p.Number = v } };
        Assert.Equal("", Decode(pair, Encode(old, new Pair { Number = 1 })).Name);
    }

    [Fact]
    public void A_struct_without_a_common_field_is_something_else()
    {
        var other = new GobStruct<Pair>("Other") { { "Elsewhere", Text, p => p.Name, (ref p, v) => p.Name = v } };
        Assert.Contains("no field of struct Pair in struct Other", Assert.Throws<GobException>(() => Decode(pair, Encode(other, new Pair()))).Message);
        var empty = new GobStruct<Pair>("Empty");
        Decode(pair, Encode(empty, new Pair()));
        Decode(empty, Encode(pair, new Pair()));
    }

    [Fact]
    public void Signed_and_unsigned_do_not_match()
    {
        var signed = new GobStruct<Pair>("Pair") { { "Number", I64, _ => 1, (ref _, _) => { } } };
        Assert.Contains("field Number of struct Pair: type mismatch: want uint, got int",
            Assert.Throws<GobException>(() => Decode(pair, Encode(signed, new Pair()))).Message);
    }

    [Fact]
    public void Array_lengths_must_agree()
    {
        static GobType<byte[]> Of(int length) => ByteArray<byte[]>("A", length, bytes => bytes.ToArray(), (in bytes) => bytes);
        Assert.Throws<GobException>(() => Decode(Of(3), Encode(Of(4), [1, 2, 3, 4])));
        Assert.Throws<GobException>(() => Encode(Of(3), [1, 2, 3, 4]));
        Assert.Throws<GobException>(() => Decode(Array("A", 3, U64), Encode(Array("A", 2, U64), [1, 2])));
        Assert.Throws<GobException>(() => Encode(Array("A", 3, U64), [1, 2]));
        Assert.Throws<GobException>(() => Decode(Of(1), Encode(Array("A", 1, U64), [256])));
    }

    [Fact]
    public void Null_in_a_list_cannot_be_sent()
    {
        Assert.Throws<GobException>(() => Encode(Slice("[]*Pair", pair), new Pair[] { null! }));
        Assert.Throws<GobException>(() => Encode(Slice("[]*Pair", Pointer(pair)), new Pair?[] { null }));
        Assert.Throws<GobException>(() => Encode(PointerToValue(U64), (ulong?)null));
    }

    [Fact]
    public void A_pointer_to_a_struct_tells_null_from_empty()
    {
        var holder = new GobStruct<Holder>("Holder") { { "Pair", Pointer(pair), h => h.Pair, (ref h, v) => h.Pair = v } };
        Assert.Null(Decode(holder, Encode(holder, new Holder())).Pair);
        Assert.NotNull(Decode(holder, Encode(holder, new Holder { Pair = new Pair() })).Pair);
    }

    sealed class Holder
    {
        public Pair? Pair { get; set; }
        public Holder? Next { get; set; }
        public long? Optional { get; set; }
    }

    [Fact]
    public void An_optional_zero_is_sent_and_a_pointer_to_zero_is_not()
    {
        GobStruct<Holder> With(GobType<long?> type) => new("Holder") { { "Optional", type, h => h.Optional, (ref h, v) => h.Optional = v } };
        foreach (var type in new[] { With(Optional(I64)), With(PointerToValue(I64)) })
        {
            Assert.Null(Decode(type, Encode(type, new Holder())).Optional);
            Assert.Equal(7, Decode(type, Encode(type, new Holder { Optional = 7 })).Optional);
        }
        var optional = With(Optional(I64));
        Assert.Equal(0, Decode(optional, Encode(optional, new Holder { Optional = 0 })).Optional);
        var pointer = With(PointerToValue(I64));
        Assert.Null(Decode(pointer, Encode(pointer, new Holder { Optional = 0 })).Optional);
    }

    [Fact]
    public void A_struct_may_contain_itself()
    {
        var type = new GobStruct<Holder>("Holder") { { "Pair", Pointer(pair), h => h.Pair, (ref h, v) => h.Pair = v } };
        type.Add("Next", Pointer(type), h => h.Next, (ref h, v) => h.Next = v);
        var value = Decode(type, Encode(type, new Holder { Next = new Holder { Next = new Holder { Pair = new Pair { Name = "deep" } } } }));
        Assert.Equal("deep", value.Next!.Next!.Pair!.Name);
        Assert.Null(value.Next.Next.Next);
    }

    [Fact]
    public void Maps_are_written_in_the_order_of_their_keys()
    {
        var map = Map("m", Text, U64);
        var one = Encode(map, new Dictionary<string, ulong> { ["b"] = 1, ["B"] = 2, ["a"] = 3 });
        var other = Encode(map, new Dictionary<string, ulong> { ["a"] = 3, ["b"] = 1, ["B"] = 2 });
        Assert.Equal(one, other);
        Assert.Equal(3UL, Decode(map, one)!["a"]);
    }

    [Fact]
    public void Integer_keys_work_with_unpredictable_hashes()
    {
        var map = Map("m", U64, Text);
        var value = Enumerable.Range(0, 1000).ToDictionary(i => (ulong)i << 32 | (uint)i, i => $"{i}");
        Assert.Equal(value, Decode(map, Encode<IReadOnlyDictionary<ulong, string>?>(map, value)));
    }

    [FixtureTheory]
    [InlineData("gob-time-utc", 1706933106, 123456789, null)]
    [InlineData("gob-time-plus0530", 1706913306, 0, 19800)]
    [InlineData("gob-time-old", -2177355355, 6, null)]
    [InlineData("gob-time-zero", -62135596800, 0, null)]
    public void Times(string name, long seconds, int nanoseconds, int? offset)
    {
        var fixture = GobFixture.Load(name);
        Assert.Equal(new GobTime(seconds, nanoseconds, offset), Decode(Time, fixture.Stream));
        Assert.Equal(fixture.Stream, EncodeFrom(69, Time, new GobTime(seconds, nanoseconds, offset)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    [InlineData(3601)]
    [InlineData(-17)]
    public void Offsets_come_back(int offset) =>
        Assert.Equal(new GobTime(5, 6, offset), Decode(Time, Encode(Time, new GobTime(5, 6, offset))));

    [Fact]
    public void Times_that_cannot_be_are_refused()
    {
        Assert.Throws<GobException>(() => Encode(Time, new GobTime(0, 1_000_000_000)));
        Assert.Throws<GobException>(() => Encode(Time, new GobTime(0, 0, -60)));
        Assert.Throws<GobException>(() => Encode(Time, new GobTime(0, 0, 60 * 40000)));
        Assert.Throws<GobException>(() => Decode(OptionalTime, Encode(Time, new GobTime(long.MaxValue / 2, 0))));
        Assert.Throws<GobException>(() => Decode(OptionalTime, Encode(Time, new GobTime(-62_135_596_801, 0))));
    }

    [Fact]
    public void Optional_times()
    {
        Assert.Null(Decode(OptionalTime, Encode(OptionalTime, (DateTimeOffset?)null)));
        foreach (var time in new[] { DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, DateTimeOffset.MinValue.AddTicks(1), new(2020, 1, 2, 3, 4, 5, TimeSpan.FromHours(-14)) })
        {
            var back = Decode(OptionalTime, Encode(OptionalTime, time))!.Value;
            Assert.True(time.EqualsExact(back), $"{time:O} {back:O}");
        }
        Assert.Equal(TimeSpan.Zero, Decode(OptionalTime, Encode(Time, new GobTime(5, 6, 3601)))!.Value.Offset);
    }
}
