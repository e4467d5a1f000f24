using ImageSdk.Sandbox.Packagers;

namespace ImageSdk.Building.Tests.DebianPackages;

/// <summary>Lines that apt-get update says of sources that it cannot bring up to date.</summary>
public class UnavailableSourceTests
{
    [Theory]
    [InlineData("W: Failed to fetch http://127.0.0.1:1/debian/dists/s/InRelease  Could not connect to 127.0.0.1:1 (127.0.0.1). - connect (111: Connection refused)",
        "http://127.0.0.1:1/debian s", "Could not connect to 127.0.0.1:1 (127.0.0.1). - connect (111: Connection refused)")]
    [InlineData("E: Failed to fetch http://h/x/dists/s/main/binary-amd64/Packages.xz  File has unexpected size (158 != 152). Mirror sync in progress? [IP: 127.0.0.1 80]",
        "http://h/x s", "File has unexpected size (158 != 152). Mirror sync in progress? [IP: 127.0.0.1 80]")]
    [InlineData("E: Failed to fetch http://h/debian-security/dists/buster/updates/InRelease  503  Service Unavailable", "http://h/debian-security buster/updates", "503  Service Unavailable")]
    [InlineData("E: Failed to fetch file:/srv/r/./Packages  File not found - /srv/r/./Packages", "file:/srv/r", "File not found - /srv/r/./Packages")]
    [InlineData("E: Release file for http://user:pass@h:81/dists/s/InRelease is expired (invalid since 1063d 19h 48min 17s). Updates for this repository will not be applied.",
        "http://h:81 s", "is expired (invalid since 1063d 19h 48min 17s)")]
    [InlineData("E: The repository 'http://h s Release' does not have a Release file.", "http://h s", "does not have a Release file")]
    [InlineData("E: The repository 'http://h ./ Release' is not signed.", "http://h", "is not signed")]
    public void A_line_names_the_source_and_what_is_wrong(string line, string source, string reason) =>
        Assert.Equal([new(source, reason)], UnavailableSource.Find(["Get:1 http://h s InRelease", line, "W: Some index files failed to download. They have been ignored, or old ones used instead."]));

    [Fact]
    public void A_source_is_named_once() => Assert.Equal(
        [new("http://h s", "404  Not Found"), new("http://i s", "503")],
        UnavailableSource.Find(["W: Failed to fetch http://h/dists/s/InRelease  404  Not Found", "E: Failed to fetch http://h/dists/s/Release  gone", "W: Failed to fetch http://i/dists/s/InRelease  503"]));

    [Theory]
    [InlineData("W: http://h/dists/s/InRelease: Key is stored in legacy trusted.gpg keyring (/etc/apt/trusted.gpg), see the DEPRECATION section in apt-key(8) for details.")]
    [InlineData("W: Skipping acquire of configured file 'other/binary-amd64/Packages' as repository 'http://h s InRelease' doesn't have the component 'other' (component misspelt in sources.list?)")]
    [InlineData("Err:3 http://h ./ Packages")]
    public void Other_lines_name_none(string line) => Assert.Empty(UnavailableSource.Find([line]));
}
