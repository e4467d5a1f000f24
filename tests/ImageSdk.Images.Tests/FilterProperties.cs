using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Images.Expressions;

namespace ImageSdk.Images.Tests;

public sealed class FilterProperties
{
    static readonly string[] Pieces =
        ["/", "a", "b", ".", "*", "+", "?", "|", "(", ")", "(?:", "(?i)", "[", "]", "[^a]", "[ab]", "^", "$", "{2}", "{1,3}", "\\d",
            "\\b", "\\Q", "\\E", "\\pL", "é", "\\x{e9}", "-", "\\", "[[:alpha:]]", "(?P<n>", "!", "\n", "(|/.*)$", ".*"];

    static Gen<string> Texts(string[] pieces, int length) =>
        Gen.Choose(0, length).SelectMany(count => Gen.Elements(pieces).ArrayOf(count)).Select(string.Concat);

    /// <summary>Any text either compiles and answers, or is refused in the documented way.</summary>
    [Fact]
    public void AnyExpressionCompilesOrIsRefused()
    {
        var paths = Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(20);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(
            Texts(Pieces, 12).ToArbitrary(), paths.ToArbitrary(), (expression, path) =>
            {
                var filter = new Filter([expression]);
                if (filter.IsValid(out var error))
                    _ = filter.Matches(path);
                else
                    Assert.Equal(expression, error.Expression);
            }));
    }

    /// <summary>All lines at once answer as the platform's engine does of each alone.</summary>
    [Fact]
    public void ManyLinesAnswerAsEachDoes()
    {
        string[] pieces = [.. Pieces, "/", "/a", "b", ".*", "(a|b)", "\\B", "(?m)", "(?s)", "[/]", "/.*ab.*", "x*"];
        string[] parts = ["/", "a", "b", "ab", "\n", "é", "E", "-", ".", "/a", "\xff"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(
            Texts(pieces, 6).Select(text => "/" + text).ArrayOf(4).ToArbitrary(), Texts(parts, 7).ArrayOf(6).ToArbitrary(), (lines, paths) =>
            {
                var compiled = new List<Reference.PathExpression>();
                var taken = lines.Where(line =>
                {
                    try
                    {
                        compiled.Add(Reference.PathExpression.Compile(line));
                        return true;
                    }
                    catch (ExpressionException)
                    {
                        return false;
                    }
                }).ToArray();
                var filter = new Filter(taken);
                foreach (var path in paths.Select(text => Encoding.Latin1.GetBytes("/" + text).Concat(Encoding.UTF8.GetBytes(text)).ToArray()))
                    Assert.Equal(compiled.Exists(line => line.IsMatch(path)), filter.Matches(path));
            }));
    }

    /// <summary>Where the dialects agree, so do the engines: ASCII, no escapes.</summary>
    [Fact]
    public void AgreesWithThePlatformOnTheCommonDialect()
    {
        string[] common = ["/", "a", "b", ".", "a*", "b+", "(a|b)", "(?:/a)?", "[ab]", "[^a]", "a{2}", "(|b)"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
            Texts(common, 6).ToArbitrary(), Texts(["/", "a", "b", "c"], 8).ToArbitrary(), (expression, path) =>
            {
                // The leading group keeps the expression out of the optimised forms, which deviate on purpose.
                var anchored = "(?:/)" + expression;
                Assert.Equal(
                    Regex.IsMatch("/" + path, "^" + anchored, RegexOptions.CultureInvariant),
                    new Filter([anchored]).Matches("/" + path));
            }));
    }

    /// <summary>Leaving out a directory never leaves out a path.</summary>
    [Fact]
    public void WhereAPathMatchesItsDirectoriesMayToo()
    {
        string[] pieces =
            ["/", "/a", "/b", "a", "b", ".", "*", "?", "+", "|", "(", ")", "(?:", "(?i)", "[a]", "[ab]", "[]|]", "[^/]", "[[:alpha:]]", "{0,2}", "\\|", "\\Q|\\E", "$", ".*", "(|/.*)$"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20000), Prop.ForAll(
            Texts(pieces, 6).ToArbitrary(), Texts(["/", "a", "b", "A", "|"], 7).ToArbitrary(), (expression, text) =>
            {
                var filter = new Filter(["/a" + expression]);
                var path = Encoding.UTF8.GetBytes("/a" + text);
                // No path of a tree ends in a slash: below a directory is a name.
                if (path[^1] == '/' || !filter.IsValid(out _) || !filter.Matches(path))
                    return;
                for (var at = 0; at < path.Length; at++)
                    if (path[at] == '/')
                        Assert.True(filter.MayMatchBelow(path.AsSpan(0, at)), $"{expression} matches {text} but not below its directory of {at} bytes");
            }));
    }

    [Theory]
    [InlineData("/var/cache/.*", "", true)]
    [InlineData("/var/cache/.*", "/var", true)]
    [InlineData("/var/cache/.*", "/var/cache/apt", true)]
    [InlineData("/var/cache/.*", "/usr", false)]
    [InlineData("/var/cache/.*", "/v", false)]
    [InlineData("/var/(log|cache)/x[0-9]", "/var/log", true)]
    [InlineData("/var/(log|cache)/x[0-9]", "/usr", false)]
    [InlineData("/var?/x[0-9]", "/va", true)]
    [InlineData("/a[a](?i)??(|/.*)$", "/a", true)]
    [InlineData("!", "/usr", true)]
    public void DirectoriesWithoutMatchesAreKnown(string line, string directory, bool may) =>
        Assert.Equal(may, new Filter([line]).MayMatchBelow(Encoding.UTF8.GetBytes(directory)));

    [Fact]
    public void TextAndBytesGiveTheSameAnswer()
    {
        var filter = new Filter(["/é.$", "/[^/]+/x", "/plain"]);
        Check.QuickThrowOnFailure(Prop.ForAll(Texts(["/", "é", "x", "plain", "😀"], 6).ToArbitrary(), text =>
            Assert.Equal(filter.Matches((ByteString)text), filter.Matches(Encoding.UTF8.GetBytes(text)))));
    }
}
