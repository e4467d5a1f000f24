using FsCheck;
using FsCheck.Fluent;

namespace ImageSdk.Images.Tests;

public sealed class TextHelperTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "empty", -1)]
    [InlineData("file.0.ext", "file.1.ext", -1)]
    [InlineData("file.1.ext", "file.10.ext", -1)]
    [InlineData("file.9.ext", "file.10.ext", -1)]
    [InlineData("name.1.rc10", "name.1.rc9", 1)]
    [InlineData("os-v9", "os-v10", -1)]
    [InlineData("sparse", "sparse.0", -1)]
    [InlineData("token_01", "token_2", -1)]
    [InlineData("token_01", "token_1", 0)]
    [InlineData("token_00001x", "token_1", 1)]
    [InlineData("v18446744073709551616", "v18446744073709551617", -1)]
    [InlineData("a1", "aa", -1)]
    [InlineData("\uff5e", "😀", -1)]
    public void VersionsCompareByNumber(string left, string right, int expected)
    {
        Assert.Equal(expected, Math.Sign(VersionOrder.Instance.Compare(left, right)));
        Assert.Equal(-expected, Math.Sign(VersionOrder.Instance.Compare(right, left)));
        Assert.Equal(expected, Math.Sign(VersionOrder.Instance.Compare((ByteString)left, (ByteString)right)));
    }

    [Fact]
    public void VersionOrderIsAnOrder()
    {
        var names = Gen.Elements("a", "b", "0", "1", "9", ".", "é").ArrayOf().Select(string.Concat).ToArbitrary();
        Check.QuickThrowOnFailure(Prop.ForAll(names, names, names, (a, b, c) =>
        {
            var order = VersionOrder.Instance;
            Assert.Equal(0, order.Compare(a, a));
            Assert.Equal(Math.Sign(order.Compare(a, b)), -Math.Sign(order.Compare(b, a)));
            Assert.False(order.Compare(a, b) <= 0 && order.Compare(b, c) <= 0 && order.Compare(a, c) > 0);
        }));
    }

    [Theory]
    [InlineData("x$V/y", "xa/b/c/d/y")]
    [InlineData("${V[/2:-1]}", "c")]
    [InlineData("${V[/:2]}", "a/b")]
    [InlineData("${V[/1:]}", "b/c/d")]
    [InlineData("${V[/:]}", "a/b/c/d")]
    [InlineData("${V[/-2:]}", "c/d")]
    [InlineData("${V[/1:1]}", "")]
    [InlineData("${V[/0:4]}", "")]
    [InlineData("${V[/0:9]}", "")]
    [InlineData("${V[/9:]}", "")]
    [InlineData("${V[/3:1]}", "")]
    [InlineData("${V[/-9:]}", "")]
    [InlineData("${V[/2:-3]}", "")]
    [InlineData("${V[/x:2]}", "")]
    [InlineData("${V[/+1:2]}", "b")]
    [InlineData("${V[/99999999999999999999:]}", "")]
    [InlineData("${V[/-9223372036854775808:]}", "")]
    [InlineData("${V[/1]}", "")]
    [InlineData("${V[/1:2:3]}", "")]
    [InlineData("${[/1:2]}", "")]
    [InlineData("$V[/1:2]", "a/b/c/d[/1:2]")]
    [InlineData("${NONE}x$NONE", "x")]
    [InlineData("$", "$")]
    [InlineData("a$ b$", "a$ b$")]
    [InlineData("$$x", "dollarx")]
    [InlineData("$12", "one2")]
    [InlineData("${}x", "x")]
    [InlineData("${V", "V")]
    [InlineData("$é", "$é")]
    public void ExpandsVariables(string text, string expected)
    {
        var values = new Dictionary<string, string> { ["V"] = "a/b/c/d", ["$"] = "dollar", ["1"] = "one" };
        Assert.Equal(expected, VariableExpansion.Expand(text, values.GetValueOrDefault));
    }

    [Fact]
    public void ExpandsOpportunisticallyAllOrNothing()
    {
        string? LookUp(string name) => name == "ARCH" ? "amd64" : null;
        Assert.Equal("x-amd64", VariableExpansion.ExpandOpportunistically("x-$ARCH", LookUp));
        Assert.Equal("$ARCH $dir", VariableExpansion.ExpandOpportunistically("$ARCH $dir", LookUp));
        Assert.Equal("plain", VariableExpansion.ExpandOpportunistically("plain", LookUp));
    }

    [Fact]
    public void ExpansionTakesAnyText()
    {
        string[] pieces = ["$", "{", "}", "[", "]", "/", ":", "-", "1", "9", "V", "x", "é"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll(
            Gen.Elements(pieces).ArrayOf().Select(string.Concat).ToArbitrary(),
            text => Assert.NotNull(VariableExpansion.Expand(text, _ => "a/b"))));
    }

    [Theory]
    [InlineData(0ul, "0 B", "0B")]
    [InlineData(100ul, "100 B", "100B")]
    [InlineData(1023ul, "1023 B", "1023B")]
    [InlineData(1024ul, "1 KiB", "1KiB")]
    [InlineData(1025ul, "1025 B", "1025B")]
    [InlineData(1261568ul, "1232 KiB", "1232KiB")]
    [InlineData(1262261ul, "1232 KiB", "1262261B")]
    [InlineData(10ul << 30, "10 GiB", "10GiB")]
    [InlineData(1ul << 60, "1048576 TiB", "1EiB")]
    public void FormatsSizes(ulong bytes, string human, string exact)
    {
        Assert.Equal(human, HumanSize.Format(bytes));
        Assert.Equal(exact, HumanSize.FormatExact(bytes));
        Assert.True(HumanSize.TryParse(exact, out var parsed));
        Assert.Equal(bytes, parsed);
    }

    [Theory]
    [InlineData("4096", 4096ul)]
    [InlineData("12B", 12ul)]
    [InlineData("4M", 4ul << 20)]
    [InlineData("4MiB", 4ul << 20)]
    [InlineData("4MB", 4_000_000ul)]
    [InlineData("7kB", 7000ul)]
    [InlineData("15EiB", 15ul << 60)]
    [InlineData("16EiB", null)]
    [InlineData("", null)]
    [InlineData("-1", null)]
    [InlineData("1.5G", null)]
    [InlineData("4m", null)]
    [InlineData("4KB", null)]
    [InlineData("4iB", null)]
    [InlineData("4 MiB", null)]
    [InlineData("MiB", null)]
    public void ReadsSizes(string text, ulong? expected)
    {
        Assert.Equal(expected is not null, HumanSize.TryParse(text, out var bytes));
        if (expected is not null)
            Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData(0L, "0s")]
    [InlineData(999L, "999ns")]
    [InlineData(3_710L, "3.71µs")]
    [InlineData(368_000L, "368µs")]
    [InlineData(10_000_000L, "10ms")]
    [InlineData(10_812_345L, "10.8ms")]
    [InlineData(999_999_999L, "1e+03ms")]
    [InlineData(1_500_000_000L, "1.5s")]
    [InlineData(-1_500_000_000L, "-1.5s")]
    [InlineData(60_000_000_000L, "1m0s")]
    [InlineData(3_723_400_000_000L, "1h2m3s")]
    [InlineData(273_600_000_000_000L, "3d4h0m0s")]
    [InlineData(259_200_000_000_000L, "3d0s")]
    [InlineData(31_557_599_000_000_000L, "52w1d5h59m59s")]
    [InlineData(31_557_600_000_000_000L, "1y0w0d0s")]
    [InlineData(long.MinValue, "-292y14w0d23h47m16s")]
    public void FormatsDurations(long nanoseconds, string expected) =>
        Assert.Equal(expected, HumanDuration.FormatNanoseconds(nanoseconds));

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-0", 0L)]
    [InlineData("90s", 90_000L)]
    [InlineData("1h30m", 5_400_000L)]
    [InlineData("90min", 5_400_000L)]
    [InlineData("-1.5s", -1_500L)]
    [InlineData("+100ms", 100L)]
    [InlineData("1000000µs", 1_000L)]
    [InlineData("2w1d", 15 * 86_400_000L)]
    [InlineData("1y", 31_557_600_000L)]
    [InlineData("", null)]
    [InlineData("-", null)]
    [InlineData("5", null)]
    [InlineData("h", null)]
    [InlineData("1..5s", null)]
    [InlineData("1 h", null)]
    [InlineData("1S", null)]
    [InlineData("1e3s", null)]
    [InlineData("99999999999999999999y", null)]
    public void ReadsDurations(string text, long? milliseconds)
    {
        Assert.Equal(milliseconds is not null, HumanDuration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds ?? 0), duration);
    }

    [Fact]
    public void ReadsWhatItFormats()
    {
        var random = new Random(7);
        for (var round = 0; round < 1000; round++)
        {
            var text = HumanDuration.Format(TimeSpan.FromTicks((long)Math.Exp(random.NextDouble() * 42)));
            Assert.True(HumanDuration.TryParse(text, out var read), text);
            Assert.Equal(text, HumanDuration.Format(read));
        }
    }

    [Fact]
    public void FormatsTimeSpans()
    {
        Assert.Equal("4y51w6d23h59m12s", HumanDuration.Format(
            TimeSpan.FromDays(4 * 365.25 + 51 * 7 + 6) + new TimeSpan(23, 59, 12)));
        Assert.StartsWith("292y", HumanDuration.Format(TimeSpan.MaxValue));
    }

    [Theory]
    [InlineData("base/img.0", null)]
    [InlineData("a b/é:1", null)]
    [InlineData("", "empty")]
    [InlineData("/base", "empty part")]
    [InlineData("base/", "empty part")]
    [InlineData("a//b", "empty part")]
    [InlineData(".", "part that starts with .")]
    [InlineData("../x", "part that starts with .")]
    [InlineData("a/.metadata", "part that starts with .")]
    [InlineData("a/b~", "part that ends with ~")]
    [InlineData("a~/b", "part that ends with ~")]
    [InlineData("a\0b", "control character")]
    [InlineData("a\nb", "control character")]
    [InlineData("a\ud800", "not a Unicode text")]
    public void ChecksNames(string name, string? fault)
    {
        Assert.Equal(fault, ImageName.FindFault(name));
        if (fault is null)
            ImageName.Validate(name);
        else
            Assert.Contains(fault, Assert.Throws<ArgumentException>(() => ImageName.Validate(name)).Message);
    }

    [Theory]
    [InlineData("base/debian-12", null)]
    [InlineData("a", null)]
    [InlineData("A_b.c-9/x", null)]
    [InlineData("", "empty")]
    [InlineData("../a", "part that starts with .")]
    [InlineData("a b", "it has the character \" \"")]
    [InlineData("ä", "it has the character \"ä\"")]
    [InlineData("a/😀", "it has the character \"😀\"")]
    [InlineData("a:b", "it has the character \":\"")]
    [InlineData("a\\b", "it has the character \"\\\"")]
    [InlineData("base/2026-01-02:03:04:05", "it is the name of an image, which ends with a time; a stream is called by what stands before that")]
    [InlineData("2026-01-02:03:04:05", "it is the name of an image, which ends with a time; a stream is called by what stands before that")]
    [InlineData("base/a.image", "it ends with .image, as image files do")]
    public void ChecksNamesOfStreams(string name, string? fault) => Assert.Equal(fault, ImageName.FindStreamFault(name));

    [Fact]
    public void LimitsTheLengthOfNames()
    {
        Assert.Null(ImageName.FindFault(new string('a', 254)));
        Assert.NotNull(ImageName.FindFault(new string('é', 128)));
        Assert.NotNull(ImageName.FindFault(string.Join('/', Enumerable.Repeat("a", 2000))));
        ImageName.ValidateDirectory(".");
        Assert.Throws<ArgumentException>(() => ImageName.ValidateDirectory(".."));
    }

    [Fact]
    public void NamesByStreamAndTime()
    {
        var time = new DateTime(2026, 1, 2, 23, 4, 5);
        Assert.Equal("base/debian/2026-01-02:23:04:05", ImageName.Format("base/debian", time));
        Assert.True(ImageName.TryParse("base/debian/2026-01-02:23:04:05", out var stream, out var parsed));
        Assert.Equal(("base/debian", time), (stream, parsed));
        Assert.False(ImageName.TryParse("base/img.0", out _, out _));
        Assert.False(ImageName.TryParse("2026-01-02:23:04:05", out _, out _));
        Assert.False(ImageName.TryParse("a/2026-13-02:23:04:05", out _, out _));
        Assert.Throws<ArgumentException>(() => ImageName.Format("../a", time));
        Assert.Equal(["a/b", "."], [ImageName.GetDirectory("a/b/c"), ImageName.GetDirectory("a")]);
    }

    [Fact]
    public void MatchesTags()
    {
        var tags = ImageTags.Parse("os=debian,version=12,empty=");
        Assert.Equal("empty=,os=debian,version=12", ImageTags.Format(tags));
        Assert.True(TagMatcher.Any.Matches(null));
        Assert.True(TagMatcher.Parse("").Matches(tags));
        Assert.True(TagMatcher.Parse("os=debian,version=11,version=12").Matches(tags));
        Assert.False(TagMatcher.Parse("os=debian,version=11").Matches(tags));
        Assert.False(TagMatcher.Parse("os=debian,other=").Matches(tags));
        Assert.False(TagMatcher.Parse("os=debian").Matches(null));
        Assert.False(new TagMatcher(new Dictionary<string, IReadOnlyList<string>> { ["os"] = [] }).Matches(tags));
        Assert.Throws<FormatException>(() => TagMatcher.Parse("os"));
        Assert.Throws<FormatException>(() => ImageTags.Parse("a=b,,c=d"));
        Assert.Throws<FormatException>(() => ImageTags.Parse("a=b=c"));
        Assert.Equal("x", ImageTags.Merge(tags, null, ImageTags.Parse("os=x"))["os"]);
    }

    [Fact]
    public void ShowsBadBytesOneByOne()
    {
        Assert.Equal("a\ufffd\ufffdb\ufffd", new ByteString((byte[])[0x61, 0xE3, 0x81, 0x62, 0xFF]).ToString());
        Assert.Equal("é😀", ((ByteString)"é😀").ToString());
    }
}
