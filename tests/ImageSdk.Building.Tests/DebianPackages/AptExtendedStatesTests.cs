using ImageSdk.Packages;

namespace ImageSdk.Building.Tests.DebianPackages;

public class AptExtendedStatesTests
{
    static string Stanza(string name) => $"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n";

    [Fact]
    public void New_packages_come_after_those_that_were_there() => Assert.Equal(
        Stanza("zlib") + Stanza("b") + Stanza("a"), AptExtendedStates.Update(Stanza("zlib"), ["b", "a"], ["less"], "amd64"));

    [Fact]
    public void What_is_asked_for_is_no_longer_automatic() => Assert.Equal(
        Stanza("zlib"), AptExtendedStates.Update(Stanza("adduser") + Stanza("zlib"), [], ["adduser"], "amd64"));

    [Fact]
    public void A_file_is_made_where_there_is_none() => Assert.Equal(Stanza("lib"), AptExtendedStates.Update("", ["lib"], ["a"], "amd64"));
}
