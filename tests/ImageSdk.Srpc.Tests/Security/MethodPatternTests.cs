namespace ImageSdk.Srpc.Tests;

public class MethodPatternTests
{
    [Theory]
    [InlineData("*.*", "ImageServer.AddImage", true)]
    [InlineData("ImageServer.*", "ImageServer.AddImage", true)]
    [InlineData("ImageServer.*", "ObjectServer.AddObjects", false)]
    [InlineData("*.Get*", "ImageServer.GetImage", true)]
    [InlineData("*.Get*", "ImageServer.AddImage", false)]
    [InlineData("*.Get*e", "ImageServer.GetImageUsage", true)]
    [InlineData("A.B", "A.B", true)]
    [InlineData("A.B", "A.BC", false)]
    [InlineData("A.B", "a.b", false)]
    [InlineData("A.?", "A.B", true)]
    [InlineData("A.?", "A.", false)]
    [InlineData("A.[A-C]", "A.B", true)]
    [InlineData("A.[^A-C]", "A.B", false)]
    [InlineData("A.[^A-C]", "A.D", true)]
    [InlineData("A.[a-c", "A.b", false)]
    [InlineData("A.[]", "A.]", false)]
    [InlineData("A.[-]", "A.-", false)]
    [InlineData("A.[]a]", "A.a", false)]
    [InlineData("A.\\*", "A.*", true)]
    [InlineData("A.\\*", "A.B", false)]
    [InlineData("A.\\", "A.\\", false)]
    [InlineData("*", "A/B", false)]
    [InlineData("?", "/", false)]
    [InlineData("*/*b", "a/ab", true)]
    [InlineData("", "", true)]
    [InlineData("*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void A_pattern_matches_as_a_shell_would(string pattern, string method, bool matches) =>
        Assert.Equal(matches, new MethodPattern(pattern).Matches(method));
}
