using ImageSdk.Imaginator.Dependencies;

namespace ImageSdk.Imaginator.Tests.Dependencies;

public sealed class DirectedGraphTests
{
    static readonly DependencyData data = new()
    {
        StreamToSource = new Dictionary<string, string> { ["b/x"] = "boot", ["b/y"] = "b/x", ["c"] = "p/1", ["d"] = "none", ["bb"] = "boot", ["l1"] = "l2", ["l2"] = "l1" },
        PatternSources = new HashSet<string> { "p/1" },
        UnbuildableSources = new HashSet<string> { "none" },
    };

    static string Write(string[] excludes, string[] includes) => DirectedGraph.Write(data, ["boot", "alone"], ["b/x"], excludes, includes);

    [Fact]
    public void All_of_it() => Assert.Equal(
        "digraph all {\n  \"b/x\" -> \"boot\"\n  \"b/y\" -> \"b/x\"\n  \"bb\" -> \"boot\"\n  \"c\" -> \"p/1\"\n  \"d\" -> \"none\"\n  \"l1\" -> \"l2\"\n  \"l2\" -> \"l1\"\n"
        + "  \"p/1\" [fontcolor=grey]\n  \"none\" [fontcolor=red]\n  \"b/x\" [style=bold]\n}\n", Write([], []));

    [Theory]
    [InlineData("b", "", "bb c d l1 l2")]
    [InlineData("b/x", "", "bb c d l1 l2")]
    [InlineData("boot", "", "c d l1 l2")]
    [InlineData("", "b/x", "b/x b/y")]
    [InlineData("", "b/y", "b/x b/y")]
    [InlineData("", "boot", "b/x b/y bb")]
    [InlineData("", "l1", "l1 l2")]
    [InlineData("b/y", "boot", "b/x bb")]
    public void Parts_of_it(string exclude, string include, string expected) => Assert.Equal(
        expected.Split(' '),
        Write(exclude.Length > 0 ? [exclude] : [], include.Length > 0 ? [include] : []).Split('\n').Where(line => line.Contains("->", StringComparison.Ordinal)).Select(line => line.Split('"')[1]));
}
