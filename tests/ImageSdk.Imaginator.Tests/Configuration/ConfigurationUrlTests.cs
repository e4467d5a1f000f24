using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Git;

namespace ImageSdk.Imaginator.Tests.Configuration;

public sealed class ConfigurationUrlTests
{
    [Theory]
    [InlineData("/etc/a b/ö.json", "File", "/etc/a b/ö.json", "")]
    [InlineData("file:///etc/conf.json", "File", "/etc/conf.json", "")]
    [InlineData("file:///etc/a%20b", "File", "/etc/a b", "")]
    [InlineData("http://host/conf.json?x=1", "Http", "http://host/conf.json?x=1", "")]
    [InlineData("https://host/x.git?dir/conf.json", "Git", "https://host/x.git", "dir/conf.json")]
    [InlineData("https://u:p@host/x.git?conf.json", "Git", "https://u:p@host/x.git", "conf.json")]
    [InlineData("ssh://git@host/x.git?conf.json", "Git", "ssh://git@host/x.git", "conf.json")]
    [InlineData("file:///srv/x.git?conf.json", "Git", "file:///srv/x.git", "conf.json")]
    [InlineData("git@host:team/x.git/dir/conf.json", "Git", "git@host:team/x.git", "dir/conf.json")]
    public void Forms(string text, string kind, string address, string path) =>
        Assert.Equal(new ConfigurationUrl(Enum.Parse<ConfigurationUrlKind>(kind), address, path), ConfigurationUrl.Parse(text));

    [Theory]
    [InlineData("http://host/x.git")]
    [InlineData("http://host/x.git?")]
    [InlineData("git@host:x.git")]
    [InlineData("git@host:x.git/")]
    [InlineData("ftp://host/x")]
    [InlineData("conf.json")]
    [InlineData("")]
    public void What_is_none(string text) => Assert.Throws<FormatException>(() => ConfigurationUrl.Parse(text));

    [Theory]
    [InlineData("https://u:p@ss@host/x?y", "https://host/x?y")]
    [InlineData("error: https://token@host/x and http://a:b@c/d failed", "error: https://host/x and http://c/d failed")]
    [InlineData("https://host/a@b", "https://host/a@b")]
    [InlineData("git@host:x.git", "git@host:x.git")]
    public void Credentials_are_taken_out(string text, string expected) => Assert.Equal(expected, GitUrl.WithoutCredentials(text));

    [Fact]
    public void Credentials_are_decoded()
    {
        Assert.Equal(new GitUrl("https://host/x.git", "me", "p@ss:w"), GitUrl.Parse("https://me:p%40ss:w@host/x.git"));
        Assert.Equal(new GitUrl("https://host/x.git", "token", ""), GitUrl.Parse("https://token@host/x.git"));
        Assert.Equal(new GitUrl("ssh://git@host/x.git", "", ""), GitUrl.Parse("ssh://git@host/x.git"));
    }
}
