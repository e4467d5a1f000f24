using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ImageSdk.Images;
using ImageSdk.Packages;

namespace ImageSdk.Building.Tests.DebianPackages;

public class DpkgStatusTests
{
    const string Dpkg = "Package: dpkg\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.21.22\nInstalled-Size: 6\n\n";

    static IReadOnlyList<Package>? Parse(string text) => DpkgStatus.Parse(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Names_say_the_architecture_where_another_could_be_meant()
    {
        var packages = Parse(
            "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\nVersion: 1:1.2\nInstalled-Size: 170\nDescription: a\n Package: b\n .\n\n"
            + "Package: data\nStatus: install ok installed\nArchitecture: all\nMulti-Arch: foreign\nVersion: 1\n\n"
            + "Package: other\nStatus: install ok half-configured\nArchitecture: i386\nVersion: 2\n\n"
            + Dpkg
            + "Package: gone\nStatus: deinstall ok not-installed\nArchitecture: amd64\n\n"
            + "Package: rest\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 3\nInstalled-Size: 1\n");
        Assert.Equal(
            [new("data", "1", 0), new("dpkg", "1.21.22", 6144), new("other:i386", "2", 0), new("rest", "3", 1024), new("zlib1g:amd64", "1:1.2", 174080)],
            packages);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no fields\n")]
    [InlineData("Package: less\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n")] // Without dpkg its own architecture is not known.
    [InlineData(Dpkg + "Package: less\nVersion: 1\n\n")]
    [InlineData(Dpkg + "Package: less\nStatus: install ok installed\n\n")]
    [InlineData(Dpkg + "Package: less\nStatus: install ok installed\nVersion: 1\nInstalled-Size: many\n\n")]
    [InlineData(Dpkg + "Package: less\nStatus: install ok installed\nVersion: 1\nInstalled-Size: 18446744073709551615\n\n")]
    public void What_is_no_database_is_not_read(string text) => Assert.Null(Parse(text));

    [Fact]
    public void Any_bytes_are_read_or_refused()
    {
        var lines = Gen.Elements("Package: a", "Status: x y z", "Version: 1", " ", "", "Architecture: ", ":", "Multi-Arch: same", "\t\r", "Package:");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(
            lines.ArrayOf(12).ToArbitrary(), Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(40).ToArbitrary(), (text, bytes) =>
            {
                _ = Parse(Dpkg + string.Join('\n', text));
                _ = DpkgStatus.Parse(bytes);
            }));
    }
}
