using System.Text;
using ImageSdk.Advisories.Reading;

namespace ImageSdk.Advisories.Tests;

public class BillOfMaterialsTests
{
    [Theory]
    [InlineData("pkg:deb/debian/libssl3@3.0.11-1~deb12u1?arch=amd64&distro=debian-12&upstream=openssl", "libssl3 3.0.11-1~deb12u1 openssl 3.0.11-1~deb12u1 debian 12")]
    [InlineData("pkg:deb/debian/libgcc-s1@12.2.0-14?distro=bookworm&upstream=gcc-12%4012.2.0", "libgcc-s1 12.2.0-14 gcc-12 12.2.0 debian 12")]
    [InlineData("pkg:deb/ubuntu/libc%2B%2B1@1:14.0-1%2Bb1?distro=ubuntu-22.04", "libc++1 1:14.0-1+b1 libc++1 1:14.0-1+b1 ubuntu 22.04")]
    [InlineData("pkg:rpm/almalinux/openssl-libs@3.0.7-2.el9?epoch=1&distro=almalinux-9.4&upstream=openssl-3.0.7-2.el9.src.rpm", "openssl-libs 1:3.0.7-2.el9 openssl 1:3.0.7-2.el9 almalinux 9")]
    [InlineData("pkg:rpm/opensuse/bash@5.2-1?distro=opensuse-leap-15.6", "bash 5.2-1 bash 5.2-1 opensuse-leap 15.6")]
    public void A_package_URL_says_package_source_and_release(string purl, string expected)
    {
        var image = Read($$"""{"components": [{"purl": "{{purl}}"}]}""");
        var package = Assert.Single(image.Packages);
        Assert.Equal(expected, $"{package.Name} {package.Version} {package.SourceName} {package.SourceVersion} {image.Release}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"components": [{"purl": "pkg:npm/x@1"}, {"purl": "pkg:deb/"}, {"purl": "pkg:deb/debian/@"}, {"purl": 7}]}""")]
    public void What_has_no_packages_is_a_fault(string text) => Assert.Throws<AdvisoryException>(() => Read(text));

    [Fact]
    public void Long_documents_are_read_by_pieces()
    {
        var text = new StringBuilder("{\"packages\": [");
        for (var number = 0; number < 5000; number++)
            text.Append($"{(number > 0 ? "," : "")}{{\"externalRefs\": [{{\"referenceType\": \"purl\", \"referenceLocator\": \"pkg:deb/debian/p{number}@1?distro=debian-12\"}}]}}");
        Assert.Equal(5000, Read(text.Append("]}").ToString()).Packages.Count);
    }

    static AuditedImage Read(string text) => new BillOfMaterials().Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "x");
}
