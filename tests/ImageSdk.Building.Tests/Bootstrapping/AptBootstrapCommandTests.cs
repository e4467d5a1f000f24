using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Projects;

namespace ImageSdk.Building.Tests.Bootstrapping;

public class AptBootstrapCommandTests
{
    static AptBootstrap Parse(params string[] words) => AptBootstrap.Parse(["apt", "--architecture=amd64", .. words]);

    [Theory]
    [InlineData("debian", "bookworm", "deb http://deb.debian.org/debian bookworm main\ndeb http://deb.debian.org/debian bookworm-updates main\ndeb http://security.debian.org/debian-security bookworm-security main\n")]
    [InlineData("debian", "buster", "deb http://deb.debian.org/debian buster main\ndeb http://deb.debian.org/debian buster-updates main\ndeb http://security.debian.org/debian-security buster/updates main\n")]
    [InlineData("debian", "sid", "deb http://deb.debian.org/debian sid main\n")]
    [InlineData("ubuntu", "noble", "deb http://archive.ubuntu.com/ubuntu noble main\ndeb http://archive.ubuntu.com/ubuntu noble-updates main\ndeb http://security.ubuntu.com/ubuntu noble-security main\n")]
    public void A_distribution_has_its_mirrors(string distribution, string release, string expected) =>
        Assert.Equal(expected, Parse($"--distribution={distribution}", release).SourcesList());

    [Fact]
    public void Mirrors_and_whole_lines_take_the_place_of_the_distributions_own() => Assert.Equal(
        "deb file:/mirror trixie main contrib\ndeb [trusted=yes] http://h/x ./\n",
        Parse("--components=main,contrib", "trixie", "file:/mirror", "deb [trusted=yes] http://h/x ./").SourcesList());

    [Fact]
    public void Variants_and_further_packages_are_patterns_of_apt()
    {
        Assert.Empty(Parse("--variant=essential", "bookworm").RestPatterns());
        const string required = "?narrow(?or(?archive(^bookworm$),?codename(^bookworm$)),?architecture(amd64),?and(?priority(required),?not(?essential)))";
        Assert.Equal([required], Parse("bookworm").RestPatterns());
        Assert.Equal(["less", "apt"], Parse("--distribution=ubuntu", "--include=less", "noble").RestNames());
        Assert.Empty(Parse("--distribution=ubuntu", "--variant=essential", "noble").RestNames());
        Assert.Equal(["less", "nano", "build-essential", required], Parse("--variant=buildd", "--include=less,nano", "bookworm").RestPatterns());
        Assert.NotEqual(Parse("bookworm").SourcesKey(), Parse("trixie").SourcesKey());
        Assert.Equal(Parse("bookworm").SourcesKey(), Parse("--include=less", "bookworm").SourcesKey());
    }

    [Theory]
    [InlineData("no option \"--hook-dir=x\"", "--hook-dir=x", "bookworm")]
    [InlineData("no option \"-x\"", "-x", "bookworm")]
    [InlineData("the name of a release")]
    [InlineData("no variant \"apt\"", "--variant=apt", "bookworm")]
    [InlineData("no distribution \"gentoo\"", "--distribution=gentoo", "bookworm")]
    [InlineData("cannot use \"a)b\"", "a)b")]
    [InlineData("cannot use \"x y\"", "--include=a", "x y")]
    [InlineData("as a mirror", "bookworm", "mirror")]
    [InlineData("as a mirror", "bookworm", "http://h\ndeb http://evil x y")]
    public void What_it_does_not_understand_is_one_error(string message, params string[] words)
    {
        var error = Assert.Throws<BuildException>(() => Parse(words)).Diagnostic;
        Assert.Equal("IMG2015", error.Code);
        Assert.Contains(message, error.Message);
    }
}
