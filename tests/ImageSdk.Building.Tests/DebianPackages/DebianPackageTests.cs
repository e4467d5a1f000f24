using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Packages;

namespace ImageSdk.Building.Tests.DebianPackages;

public class DebianPackageTests
{
    const string Digest = "3c4ee8ce5e0f625e1169da9584e309c375a8a68e22de5821461d14446825cc1a";

    [Fact]
    public void Lines_of_apt_are_read()
    {
        var packages = DebianPackage.ParseUriLines(
        [
            "Reading package lists...",
            $"'http://deb.debian.org/debian/pool/main/l/less/less_590-2.1%7edeb12u2_amd64.deb' less_590-2.1~deb12u2_amd64.deb 132044 SHA256:{Digest}",
            $"'file:/m/file.deb' file_1%3a5.44-3_amd64.deb 42012 SHA256:{Digest}",
        ]);
        Assert.Equal(
            [
                new("less", "590-2.1~deb12u2", "amd64", "http://deb.debian.org/debian/pool/main/l/less/less_590-2.1%7edeb12u2_amd64.deb", 132044, Digest),
                new("file", "1:5.44-3", "amd64", "file:/m/file.deb", 42012, Digest),
            ],
            packages);
        Assert.Equal("file_1%3a5.44-3_amd64.deb", packages[1].FileName);
    }

    [Theory]
    [InlineData($"'http://h/a.deb' a_1_all.deb 1 MD5Sum:{Digest}")]
    [InlineData($"'http://h/a.deb' a_1_all.deb -1 SHA256:{Digest}")]
    [InlineData($"'http://h/a.deb' a_1.deb 1 SHA256:{Digest}")]
    [InlineData($"'http://h/a.deb' ..%2fa_1_all.deb 1 SHA256:{Digest}")]
    [InlineData($"'http://h/a.deb' ab_1%2f..%2f_all.deb 1 SHA256:{Digest}")]
    [InlineData("'http://h/a.deb' ab_1_all.deb 1 SHA256:../../x")]
    public void Lines_that_name_no_package_are_refused(string line) =>
        Assert.Equal("IMG4013", Assert.Throws<BuildException>(() => DebianPackage.ParseUriLine(line)).Diagnostic.Code);
}
