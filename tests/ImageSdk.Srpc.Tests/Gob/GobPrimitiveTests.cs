using ImageSdk.Srpc.Gob;
using static ImageSdk.Srpc.Tests.Gob.GobStreams;

namespace ImageSdk.Srpc.Tests.Gob;

public class GobPrimitiveTests
{
    [Theory]
    [InlineData(0UL, "03060000")]
    [InlineData(127UL, "0306007f")]
    [InlineData(128UL, "040600ff80")]
    [InlineData(256UL, "050600fe0100")]
    [InlineData(1UL << 32, "080600fb0100000000")]
    [InlineData(ulong.MaxValue, "0b0600f8ffffffffffffffff")]
    public void Unsigned(ulong value, string hex) => AssertBothWays(GobTypes.U64, value, hex);

    [Theory]
    [InlineData(0L, "03040000")]
    [InlineData(1L, "03040002")]
    [InlineData(-1L, "03040001")]
    [InlineData(-2L, "03040003")]
    [InlineData(64L, "040400ff80")]
    [InlineData(60_000_000_000L, "080400fb1bf08eb000")]
    [InlineData(long.MaxValue, "0b0400f8fffffffffffffffe")]
    [InlineData(long.MinValue, "0b0400f8ffffffffffffffff")]
    public void Signed(long value, string hex) => AssertBothWays(GobTypes.I64, value, hex);

    [Theory]
    [InlineData(false, "03020000")]
    [InlineData(true, "03020001")]
    public void Bool(bool value, string hex) => AssertBothWays(GobTypes.Bool, value, hex);

    [Theory]
    [InlineData(1.5, "050800fef83f")]
    [InlineData(-2.25, "050800fe02c0")]
    [InlineData(double.PositiveInfinity, "050800fef07f")]
    public void Float(double value, string hex) => AssertBothWays(GobTypes.Float, value, hex);

    [Theory]
    [InlineData("", "030c0000")]
    [InlineData("hello", "080c000568656c6c6f")]
    [InlineData("é日😀", "0c0c0009c3a9e697a5f09f9880")]
    public void Text(string value, string hex) => AssertBothWays(GobTypes.Text, value, hex);

    [Theory]
    [InlineData("0c0c0009ff41c0affeed0a8000")]
    [InlineData("050c0002f09f")]
    [InlineData("070c0004f09f9880")]
    [InlineData("0b0c0008f09f9880ed b280fe")]
    public void Strings_that_are_not_UTF8_come_back_as_they_were(string hex)
    {
        hex = hex.Replace(" ", "");
        Assert.Equal(hex, Convert.ToHexStringLower(Encode(GobTypes.Text, Decode(GobTypes.Text, hex))));
    }

    [Fact]
    public void A_stray_surrogate_is_written_as_the_replacement_character() =>
        Assert.Equal("080c0005efbfbd4180", Convert.ToHexStringLower(Encode(GobTypes.Text, "\uD800A\uDC80")));

    [Theory]
    [InlineData(60, "080400fb1bf08eb000")]
    [InlineData(-60, "080400fb1bf08eafff")]
    public void Durations_are_nanoseconds(int seconds, string hex) =>
        AssertBothWays(GobTypes.Duration, TimeSpan.FromSeconds(seconds), hex);

    [Fact]
    public void Durations_beyond_64_bits_of_nanoseconds_are_refused()
    {
        Assert.Throws<GobException>(() => Encode(GobTypes.Duration, TimeSpan.MaxValue));
        Assert.Throws<GobException>(() => Encode(GobTypes.Duration, TimeSpan.MinValue));
    }

    [Theory]
    [InlineData("0306 00 ff80")]
    [InlineData("0406 00 ff")]
    [InlineData("040600f780")]
    [InlineData("04060001 00")]
    [InlineData("03060100")]
    [InlineData("0306")]
    [InlineData("00")]
    [InlineData("")]
    [InlineData("f0")]
    [InlineData("03020002")]
    [InlineData("03040002")]
    public void What_is_not_the_value_is_refused(string hex) =>
        Assert.Throws<GobException>(() => hex.StartsWith("0302") ? Decode(GobTypes.Bool, hex) : Decode(GobTypes.U64, hex) > 0);

    [Theory]
    [InlineData("050600fe0100")]
    [InlineData("080600fb0100000000")]
    public void Small_types_refuse_large_numbers(string hex) =>
        Assert.Contains("out of range", Assert.Throws<GobException>(() => Decode(GobTypes.U8, hex)).Message);

    [Theory]
    [InlineData("080400fb0100000000")]
    [InlineData("0b0400f8ffffffffffffffff")]
    public void Small_signed_types_refuse_large_numbers(string hex) =>
        Assert.Contains("out of range", Assert.Throws<GobException>(() => Decode(GobTypes.I32, hex)).Message);

    [Fact]
    public void Smallest_and_largest_fit()
    {
        Assert.Equal(int.MinValue, Decode(GobTypes.I32, Encode(GobTypes.I32, int.MinValue)));
        Assert.Equal(int.MaxValue, Decode(GobTypes.I32, Encode(GobTypes.I32, int.MaxValue)));
        Assert.Equal(uint.MaxValue, Decode(GobTypes.U32, Encode(GobTypes.U32, uint.MaxValue)));
    }

    static void AssertBothWays<T>(GobType<T> type, T value, string hex)
    {
        Assert.Equal(hex, Convert.ToHexStringLower(Encode(type, value)));
        Assert.Equal(value, Decode(type, hex));
    }
}
