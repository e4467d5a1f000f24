using System.Net;
using ImageSdk.Sandbox.Network;

namespace ImageSdk.Building.Tests.Networking;

public class MachineProxiesTests
{
    static MachineProxies New(IReadOnlyDictionary<string, string> environment, params string[] apt) =>
        new(name => environment.GetValueOrDefault(name), new AptProxies(apt));

    static Dictionary<string, string> Nothing => [];

    [Fact]
    public void Variables_are_given_in_both_cases_whichever_is_set()
    {
        var proxies = New(new Dictionary<string, string> { ["HTTPS_PROXY"] = "http://p:1", ["no_proxy"] = "localhost" });
        Assert.Equal(
            [new("HTTPS_PROXY", "http://p:1"), new("NO_PROXY", "localhost,.localhost"), new("https_proxy", "http://p:1"), new("no_proxy", "localhost,.localhost")],
            proxies.Variables.OrderBy(variable => variable.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void A_list_of_exceptions_alone_is_no_proxy() =>
        Assert.Empty(New(new Dictionary<string, string> { ["no_proxy"] = "localhost" }).Variables);

    [Fact]
    public void Packages_go_by_apts_configuration_first_and_commands_by_the_environment()
    {
        var proxies = New(
            new Dictionary<string, string> { ["http_proxy"] = "http://environment:1" },
            "Acquire::http::Proxy \"http://apt:2\";", "Acquire::http::Proxy::near.example \"DIRECT\";", "Acquire::http::Proxy::far.example \"http://other:3/\";",
            "Acquire::Retries \"3\";");
        Assert.Equal("http://environment:1", proxies.Variables.Single(variable => variable.Key == "http_proxy").Value);
        Assert.Equal("near.example,.near.example", proxies.Variables.Single(variable => variable.Key == "no_proxy").Value);
        Assert.Equal("apt", proxies.ForPackages.GetProxy(new Uri("http://deb.debian.org/"))!.Host);
        Assert.Equal("apt", proxies.ForPackages.GetProxy(new Uri("https://deb.debian.org/"))!.Host);
        Assert.Equal("other", proxies.ForPackages.GetProxy(new Uri("http://far.example/"))!.Host);
        Assert.True(proxies.ForPackages.IsBypassed(new Uri("http://near.example/")));
        Assert.Equal(3, proxies.AptLines(withDetectors: true).Count);
    }

    [Fact]
    public void Apts_configuration_serves_commands_where_the_environment_says_nothing() =>
        Assert.Equal("http://apt:2", New(Nothing, "Acquire::http::Proxy \"http://apt:2\";").Variables.Single(variable => variable.Key == "https_proxy").Value);

    [Fact]
    public void Credentials_are_those_of_the_address_and_known_for_masking()
    {
        var proxies = New(new Dictionary<string, string> { ["http_proxy"] = "http://user:p%40ss@proxy.example:3128/" });
        var address = proxies.ForPackages.GetProxy(new Uri("http://deb.debian.org/"))!;
        Assert.Equal("", address.UserInfo);
        Assert.Equal(("user", "p@ss"), proxies.ForPackages is var proxy && proxy.GetProxy(new Uri("http://deb.debian.org/")) is not null
            && proxy.Credentials!.GetCredential(address, "Basic") is { } credential ? (credential.UserName, credential.Password) : default);
        Assert.Contains("p@ss", proxies.Credentials);
        Assert.Contains("user:p%40ss", proxies.Credentials);
        Assert.Equal(["proxy.example:3128"], proxies.Authorities);
    }

    [Fact]
    public void An_address_without_a_scheme_is_a_http_proxy() =>
        Assert.Equal(new Uri("http://proxy.example:3128/"), New(new Dictionary<string, string> { ["http_proxy"] = "proxy.example:3128" }).ForPackages.GetProxy(new Uri("http://deb.debian.org/")));

    [Fact]
    public void Programs_that_find_a_proxy_are_asked_for_each_host()
    {
        var program = Path.Combine(TestHost.NewFolder(), "find proxy");
        File.WriteAllText(program, "#!/bin/sh\ncase $1 in *near*) echo DIRECT;; *) echo http://found:4;; esac\n");
        File.SetUnixFileMode(program, (UnixFileMode)0x1ED);
        var proxies = New(Nothing, $"Acquire::http::Proxy-Auto-Detect \"{program}\";");
        Assert.Equal("found", proxies.ForPackages.GetProxy(new Uri("http://deb.debian.org/"))!.Host);
        Assert.True(proxies.ForPackages.IsBypassed(new Uri("http://near.example/")));
        Assert.Equal(["Acquire::http::Proxy \"http://found:4\";"], proxies.AptLines(withDetectors: false));
        Assert.Equal("http://found:4", proxies.Variables.First(variable => variable.Key == "http_proxy").Value);
    }
}
