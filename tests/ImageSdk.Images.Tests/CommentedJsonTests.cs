using System.Text.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Images.Tests;

public sealed class CommentedJsonTests
{
    /// <summary>What is wrong has its place, and words that say what to do; none of the platform's reader's.</summary>
    [Theory]
    [InlineData("", 1, 1, "empty")]
    [InlineData("# only a comment\n", 2, 1, "empty")]
    [InlineData("{", 1, 2, "closing brace")]
    [InlineData("{\"a\": [\n\n", 3, 1, "2 objects or lists")]
    [InlineData("{\"a\": 1,}", 1, 9, "remove the comma")]
    [InlineData("[1,\n]", 2, 1, "remove the comma")]
    [InlineData("{\"a\" 1}", 1, 6, "\":\"")]
    [InlineData("{\"a\": 1 \"b\": 2}", 1, 9, "\",\"")]
    [InlineData("{a: 1}", 1, 2, "member's name in double quotes")]
    [InlineData("{'a': 1}", 1, 2, "double quotes")]
    [InlineData("{\"a\": 1} // x", 1, 10, "line of its own")]
    [InlineData("{\"ü\": é}", 1, 7, "\"é\"")]
    [InlineData("{} {}", 1, 4, "nothing may follow")]
    [InlineData("{\"a\": nope}", 1, 8, "expected")]
    public void WhatIsNoJsonIsExplained(string text, int line, int column, string says)
    {
        var error = Assert.Throws<JsonException>(() => CommentedJson.Parse(text));
        Assert.Contains(says, error.Message);
        Assert.Equal((line - 1, column - 1), ((int)error.LineNumber!, (int)error.BytePositionInLine!));
        Assert.DoesNotContain("reader", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("LineNumber", error.Message);
    }

    [Fact]
    public void DeepNestingIsRefusedInWords() =>
        Assert.Contains("deeper than 64", Assert.Throws<JsonException>(() => CommentedJson.Parse(new string('[', 1000))).Message);

    [Fact]
    public void ValuesOfTheWrongKindHaveTheirPlace()
    {
        var members = CommentedJson.Parse("// x\n{\"Text\": 7, \"List\": {},\n \"Flag\": \"yes\", \"Texts\": [\"a\", null, []]}").ReadMembers("it", ["Text"]);
        Check(() => members["text"].ReadText("Text"), 2, 10, "a text in quotes; found a number");
        Check(() => members["List"].ReadList("List"), 2, 21, "a list; found an object");
        Check(() => members["Flag"].ReadFlag("Flag"), 3, 10, "true or false; found a text");
        Check(() => members["Texts"].ReadTexts("Texts"), 3, 38, "found a list");

        static void Check(Func<object> read, int line, int column, string says)
        {
            var error = Assert.Throws<JsonException>(read);
            Assert.Contains(says, error.Message);
            Assert.Equal((line - 1, column - 1), ((int)error.LineNumber!, (int)error.BytePositionInLine!));
        }
    }

    [Fact]
    public void AnyTextIsReadOrRefusedWithAPlaceInIt() => Fuzz.Text("""{"a": [1, -2.5e3, "x\u00e9", true, null], "b": {"c": ""}}""", text =>
    {
        try
        {
            CommentedJson.Parse(text);
        }
        catch (JsonException error)
        {
            Assert.Equal(typeof(JsonException), error.GetType());
            Assert.InRange((int)error.LineNumber!, 0, text.Count(value => value == '\n'));
        }
    });

    [Theory]
    [InlineData("file", "files")]
    [InlineData("package-lists", "package-list")]
    [InlineData("files.template", "files.templated")]
    [InlineData("post-scripts", "post-scripts-files")]
    [InlineData("fitler", "filter")]
    [InlineData("profiles", null)]
    [InlineData("test.sh", null)]
    [InlineData("README.md", null)]
    [InlineData("filter", null)]
    [InlineData("src", null)]
    public void NamesAreNearWhereASlipMakesOneTheOther(string name, string? nearest) =>
        Assert.Equal(nearest, NearNames.Find(name, ["files", "files.templated", "filter", "package-list", "post-scripts-files", "tests", "scripts"]));

    [Fact]
    public void Members_that_are_passed_over_are_told_where_somebody_listens()
    {
        var (unknown, repeated) = (new List<UnknownMember>(), new List<RepeatedMember>());
        var json = CommentedJson.Parse("{\"Name\": 1,\n \"Nmae\": {\"x\": 1}, \"Name\": 2,\n \"NAME\": 3}", new(unknown.Add, repeated.Add));
        var members = json.ReadMembers("it", ["Name"]);
        Assert.Equal(3UL, members["name"].ReadNumber("Name"));
        Assert.Equal([new("Nmae", "Name", 2, 2)], unknown);
        Assert.Equal([new("Name", 1, 2, 20), new("NAME", 2, 3, 2)], repeated);
    }

    [Theory]
    [InlineData("18446744073709551615", 18446744073709551615UL)]
    [InlineData("0", 0UL)]
    [InlineData("null", 0UL)]
    [InlineData("-1", null)]
    [InlineData("1.0", null)]
    [InlineData("1e3", null)]
    [InlineData("\"1\"", null)]
    [InlineData("18446744073709551616", null)]
    public void Whole_numbers_are_read(string text, ulong? expected)
    {
        var json = CommentedJson.Parse(text);
        if (expected is { } number)
            Assert.Equal(number, json.ReadNumber("it"));
        else
            Assert.Contains("a whole number", Assert.Throws<JsonException>(() => json.ReadNumber("it")).Message, StringComparison.Ordinal);
    }
}
