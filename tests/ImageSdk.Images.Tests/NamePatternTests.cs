namespace ImageSdk.Images.Tests;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("users/.*/amd64", "users/bob/x/amd64", true)]
    [InlineData("users/.*/amd64", "users/bob/x/amd64/y", false)]
    [InlineData("users/.*/amd64", "my/users/bob/amd64", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a.c", "a/c", true)]
    [InlineData("a[.]c", "a/c", false)]
    // As "^a|b$", with which the original looks for a match anywhere.
    [InlineData("a|b", "axx", true)]
    [InlineData("a|b", "xxb", true)]
    [InlineData("a|b", "xax", false)]
    [InlineData("(a|b)", "axx", false)]
    [InlineData("/.*foo.*", "/foo", true)]
    [InlineData("/.*foo.*", "x/foo", false)]
    public void Whole_names_match(string expression, string name, bool expected) => Assert.Equal(expected, new NamePattern(expression).Matches(name));

    [Theory]
    [InlineData("a(")]
    [InlineData("a(?=b)")]
    [InlineData("a**")]
    public void What_is_no_expression(string expression) => Assert.Throws<FormatException>(() => new NamePattern(expression));

    [Theory]
    [InlineData("${V[/9:]}", true)]
    [InlineData("${V[/3:1]}", true)]
    [InlineData("${V[/-9:]}", true)]
    [InlineData("${V[/-9:-1]}", true)]
    [InlineData("${V[/9:2]}", true)]
    [InlineData("${V[/2:-3]}", false)]
    [InlineData("${V[/9:-1]}", false)]
    [InlineData("${V[/0:4]}", false)]
    [InlineData("${V[/x:2]}", false)]
    [InlineData("${V[/1:3]}", false)]
    [InlineData("${NONE[/9:]}", false)]
    public void Slices_on_which_the_original_ends_are_told(string text, bool expected)
    {
        var told = new List<string>();
        VariableExpansion.Expand(text, name => name == "V" ? "a/b/c/d" : null, told.Add);
        Assert.Equal(expected ? [text[2..^1]] : [], told);
    }
}
