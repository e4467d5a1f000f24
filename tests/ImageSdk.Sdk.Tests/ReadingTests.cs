using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Tasks.Reading;

namespace ImageSdk.Sdk.Tests;

public sealed class ReadingTests
{
    [Theory]
    [InlineData("", new string[0])]
    [InlineData("  \t\n ", new string[0])]
    [InlineData("a  b\tc", new[] { "a", "b", "c" })]
    [InlineData("'a b' \"c d\"e f'g'", new[] { "a b", "c de", "fg" })]
    [InlineData("'' \"\"", new[] { "", "" })]
    [InlineData(@"a\ b \'", new[] { "a b", "'" })]
    [InlineData(@"'a\b' ""\n \"" \$x""", new[] { @"a\b", @"\n "" $x" })]
    [InlineData(@"trailing\", new[] { @"trailing\" })]
    [InlineData("$dir $ARCH *", new[] { "$dir", "$ARCH", "*" })]
    public void A_command_line_is_split_as_by_a_shell(string text, string[] words) =>
        Assert.Equal(words, CommandLine.Split(text, "X", "f"));

    [Fact]
    public void Words_that_are_quoted_come_back_as_they_were() =>
        Prop.ForAll<string[]>(words =>
        {
            var all = (words ?? []).Select(word => word ?? "").ToArray();
            var text = string.Join(' ', all.Select(word => "'" + word.Replace("'", @"'\''") + "'"));
            return CommandLine.Split(text, "X", "f").SequenceEqual(all);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_split_or_refused() =>
        Prop.ForAll<string>(text =>
        {
            try
            {
                CommandLine.Split(text ?? "", "X", "f");
            }
            catch (BuildException e)
            {
                Assert.Equal("IMG1906", e.Diagnostic.Code);
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("0", 0)]
    [InlineData(" 1700000000 ", 1700000000)]
    public void Times_are_seconds_since_1970(string text, long seconds) => Assert.Equal(seconds, Words.Time(text, "X", "f"));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("253402300800")]
    [InlineData("99999999999999999999")]
    public void Other_times_are_refused(string text) =>
        Assert.Equal("IMG1906", Assert.Throws<BuildException>(() => Words.Time(text, "X", "f")).Diagnostic.Code);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("500ms", 0.5)]
    [InlineData("90s", 90)]
    [InlineData(" 1h30m ", 5400)]
    [InlineData("1.5h", 5400)]
    [InlineData("10min", 600)]
    [InlineData("2d", 172800)]
    [InlineData("01:30:00", 5400)]
    [InlineData("1.00:00:00", 86400)]
    public void Durations_have_units(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.Parse(text, "X", "f"));

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("h")]
    [InlineData("1x")]
    [InlineData("1h2")]
    [InlineData("-1h")]
    [InlineData("-01:00:00")]
    [InlineData("1..5h")]
    [InlineData("99999999999999999999d")]
    [InlineData("99999999.00:00:00")]
    public void What_is_no_duration_is_refused(string text) =>
        Assert.Equal("IMG1906", Assert.Throws<BuildException>(() => Durations.Parse(text, "X", "f")).Diagnostic.Code);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1 << 20)]
    [InlineData("512M", 512 << 20)]
    [InlineData("10 GiB", 10L << 30)]
    [InlineData("1T", 1L << 40)]
    public void Sizes_have_units_of_1024(string text, long bytes) => Assert.Equal(bytes, Sizes.Parse(text, "X", "f"));

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1")]
    [InlineData("1.5G")]
    [InlineData("1GB")]
    [InlineData("9999999999T")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.Equal("IMG1906", Assert.Throws<BuildException>(() => Sizes.Parse(text, "X", "f")).Diagnostic.Code);
}
