using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Tests.Gob.GobStreams;

namespace ImageSdk.Srpc.Tests.Gob;

public class GobPropertyTests
{
    [Fact]
    public void Values_come_back() => Prop.ForAll(PrimsGenerator.Arbitrary, value =>
        Normal(PrimsGenerator.Show(Decode(Prims.Type, Encode(Prims.Type, value)))) == Normal(PrimsGenerator.Show(value)))
        .QuickCheckThrowOnFailure();

    // Minus zero is left out like zero, as in Go.
    static string Normal(string shown) => shown.Replace("|-0|", "|0|").Replace("|-0|", "|0|") is var text && text.EndsWith("|-0") ? text[..^2] + "0" : text;

    [Fact]
    public void Equal_values_give_equal_bytes() => Prop.ForAll(PrimsGenerator.Arbitrary, value =>
    {
        var bytes = Encode(Prims.Type, value);
        return Encode(Prims.Type, Decode(Prims.Type, bytes)).AsSpan().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_read_without_schema_is_written_back_the_same() => Prop.ForAll(PrimsGenerator.Arbitrary, value =>
    {
        var bytes = Encode(Prims.Type, value, new Prims(), value);
        var (values, types) = ReadAll(bytes);
        return DynamicTypes.Encode(values, types).AsSpan().SequenceEqual(bytes);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bytes_survive_in_a_string() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        var stream = Encode(GobTypes.String<byte[]>(raw => raw.ToArray(), (in raw) => raw), bytes);
        return Encode(GobTypes.Text, Decode(GobTypes.Text, stream)).AsSpan().SequenceEqual(stream);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Times_come_back() => Prop.ForAll(ArbMap.Default.ArbFor<DateTimeOffset>(), time =>
        Decode(GobTypes.OptionalTime, Encode(GobTypes.OptionalTime, time)) is { } back
            ? back == time && back.Offset == (time.TotalOffsetMinutes == -1 ? TimeSpan.Zero : time.Offset)
            : time.UtcTicks == 0)
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Durations_come_back() => Prop.ForAll(ArbMap.Default.ArbFor<long>(), ticks =>
        Decode(GobTypes.Duration, Encode(GobTypes.Duration, new TimeSpan(ticks % (long.MaxValue / 100)))) == new TimeSpan(ticks % (long.MaxValue / 100)))
        .QuickCheckThrowOnFailure();
}
