using ImageSdk.Packages;

namespace ImageSdk.Building.Tests.DebianPackages;

public class DebianUriTests
{
    [Theory]
    [InlineData("http://deb.debian.org/debian", true)]
    [InlineData("HTTPS://host/a", true)]
    [InlineData("https://user:secret@host/a", false)]
    [InlineData("https://user@host/a", false)]
    [InlineData("file:///srv/mirror", false)]
    [InlineData("cdrom://disc/", false)]
    public void Others_can_be_told_of_addresses_without_names_and_passwords(string uri, bool isOpen) => Assert.Equal(isOpen, DebianUri.IsOpen(uri));

    [Theory]
    [InlineData("file:///srv/a%20b", "/srv/a b")]
    [InlineData("copy:/srv/a", "/srv/a")]
    [InlineData("FILE:/srv/a", "/srv/a")]
    [InlineData("http://host/a", null)]
    public void Those_of_the_machine_are_paths(string uri, string? path) => Assert.Equal(path, DebianUri.TryGetPath(uri));
}
