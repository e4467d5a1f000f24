using System.Text.Json;
using ImageSdk.Images.Text;
using ImageSdk.Tests;

namespace ImageSdk.Images.Tests;

public sealed class TriggersTests
{
    const string Text = """
        # restart things
        [
          // first
            { "matchlines": ["/etc/hello", "/usr/lib/big[.]dat"], "SERVICE": "hello", "SortName": "10hello", "Unknown": [1] },
        !   last
            { "MatchLines": ["/usr/lib/.*"], "Service": "reboot-me", "DoReboot": true, "DoReload": false, "HighImpact": true }
        ]
        """;

    [FixtureFact]
    public void PrintsAsTheOriginalDoes()
    {
        Assert.Equal(Transcript.Read("show-triggers base/img.0"), Triggers.Parse(Text).ToJson());
        Assert.Equal(Transcript.Read("match-triggers base/img.0 triggers"), Triggers.Parse(Text).ToJson());
    }

    [FixtureFact]
    public void MergesAsTheOriginalDoesButKeepsTheSortName()
    {
        var merged = Triggers.Merge(Triggers.Parse(Text), Triggers.Parse(Text))!;
        Assert.Equal("10hello", merged.List[0].SortName);
        var withoutSortNames = new Triggers(merged.List.Select(trigger => trigger with { SortName = "" }).ToArray());
        Assert.Equal(Transcript.Read("merge-triggers triggers triggers"), withoutSortNames.ToJson());
    }

    [Fact]
    public void MergesByServiceAndReload()
    {
        var merged = Triggers.Merge(
            null,
            new Triggers([
                new() { Service = "b", MatchLines = ["/z", "/a"], SortName = "1" },
                new() { Service = "b", DoReload = true, MatchLines = ["/r"] },
                new() { Service = "a", MatchLines = ["/x"] },
            ]),
            new Triggers([
                new() { Service = "b", MatchLines = ["/a", "/m"], DoReboot = true },
                new() { Service = "b", MatchLines = [], HighImpact = true, SortName = "2" },
            ]))!;
        Assert.Equal([("a", false), ("b", true), ("b", false)], merged.List.Select(trigger => (trigger.Service, trigger.DoReload)));
        var last = merged.List[2];
        Assert.Equal(["/a", "/m", "/z"], last.MatchLines);
        Assert.True(last.DoReboot && last.HighImpact);
        Assert.Equal("2", last.SortName);
        Assert.Null(Triggers.Merge(null, new Triggers([])));
    }

    [Fact]
    public void MatchesInSortNameOrder()
    {
        var triggers = new Triggers([
            new() { Service = "late", SortName = "10", MatchLines = ["/usr/.*"] },
            new() { Service = "early", SortName = "9", MatchLines = ["/never", "/etc/x$"] },
            new() { Service = "none", MatchLines = ["/none"] },
            new() { Service = "first", MatchLines = ["/etc/.*"] },
        ]);
        Assert.Equal(["first", "early", "late"], triggers.Match(["/usr/x", "/etc/x"]).Select(trigger => trigger.Service));
        Assert.Empty(triggers.Match([]));
    }

    [Fact]
    public void EscapesAsTheOriginalDoes()
    {
        var json = new Triggers([new() { Service = "<a>&\"\\\n\u0001é" }]).ToJson();
        Assert.Contains("""
            "Service": "\u003ca\u003e\u0026\"\\\n\u0001é"
            """.Trim(), json);
        Assert.Equal("[]\n", new Triggers([]).ToJson());
        Assert.Contains("\"MatchLines\": [],\n", json);
    }

    [Fact]
    public void NamesTheBadLine()
    {
        var error = Assert.Throws<FilterException>(() => new Triggers([new() { MatchLines = ["/a", "/b("] }]).Validate());
        Assert.Equal((2, "/b("), (error.Line, error.Expression));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{\"Service\": 1}]")]
    [InlineData("[{\"MatchLines\": \"x\"}]")]
    [InlineData("[{\"MatchLines\": [{}]}]")]
    [InlineData("[{\"DoReboot\": \"true\"}]")]
    [InlineData("[{\"Service\": \"\\ud800\"}]")]
    [InlineData("[{\"\\ud800\": 1}]")]
    public void RefusesOtherJson(string text) => Assert.ThrowsAny<JsonException>(() => Triggers.Parse(text));

    [Theory]
    [InlineData("[{\"Service\": \"a\",\n \"service\": \"b\"}]")]
    [InlineData("[{\"Other\": 1,\n \"Other\": 2}]")]
    public void AMemberThatIsThereTwiceIsRefused(string text)
    {
        var error = Assert.Throws<JsonException>(() => Triggers.Parse(text));
        Assert.Equal((1, 1), (error.LineNumber, error.BytePositionInLine));
        Assert.Contains("twice, first in line 1", error.Message);
    }

    [Fact]
    public void NamesNearToAKnownOneAreTold()
    {
        var misnamed = new List<MisnamedMember>();
        Triggers.Parse("[\n  {\"MatchLine\": [], \"Service\": \"a\", \"Comment\": 1, \"doReboot\": true}]", misnamed.Add);
        Assert.Equal([new("MatchLine", "MatchLines", 2, 4)], misnamed);
    }

    [Fact]
    public void NullIsEmpty() => Assert.Empty(Triggers.Parse("null").List);

    [Fact]
    public void MutatedTextsAreReadOrRefused() => Fuzz.Text(Text, text =>
    {
        try
        {
            _ = Triggers.Parse(text).ToJson();
        }
        catch (JsonException)
        {
        }
    });
}
