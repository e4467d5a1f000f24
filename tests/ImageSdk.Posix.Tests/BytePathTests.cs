namespace ImageSdk.Posix.Tests;

public class BytePathTests
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData("a", "", "a")]
    [InlineData("/a", "", "a")]
    [InlineData("a/b", "a", "b")]
    [InlineData("/usr/share/größe x", "/usr/share", "größe x")]
    [InlineData("a/b/", "a/b", "")]
    public void APathHasAParentAndAName(string path, string parent, string name)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(path);
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(parent), BytePath.ParentOf(bytes));
        Assert.Equal(System.Text.Encoding.UTF8.GetBytes(name), BytePath.NameOf(bytes));
    }
}
