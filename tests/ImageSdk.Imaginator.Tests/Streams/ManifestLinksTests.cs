using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Streams;

namespace ImageSdk.Imaginator.Tests.Streams;

/// <summary>Links in manifest directories of repositories: who can push there cannot have files of the daemon's machine read.</summary>
public sealed class ManifestLinksTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk links ü").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("manifest", "/etc/passwd")]
    [InlineData("package-list", "../outside")]
    [InlineData("files", "/etc")]
    [InlineData("scripts/10-x", "/etc/shadow")]
    [InlineData("scripts/10-x", "../../outside")]
    [InlineData("scripts/deep/er", "../../../outside")]
    [InlineData("tests/t", "../files/leads-out")]
    [InlineData("files.templated/etc/x", "/etc/passwd")]
    [InlineData("files.append/etc/x", "../../files/folder/leads-out")]
    [InlineData("tests/loop", "loop")]
    public void What_is_read_stays_inside(string link, string target)
    {
        if (link != "files")
        {
            Link("files/leads-out", "/etc/passwd");
            Link("files/folder", "/etc");
        }
        Link(link, target);
        var error = Assert.Throws<BuildException>(() => ManifestLinks.RequireInside(folder)).Diagnostic;
        Assert.Equal("IMG1364", error.Code);
        Assert.Contains(link, error.Message, StringComparison.Ordinal);
        Assert.Contains(target, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_becomes_a_link_of_the_image_may_lead_anywhere()
    {
        Link("files/etc/localtime", "/usr/share/zoneinfo/UTC");
        Link("post-scripts-files/x", "../../..");
        Directory.CreateDirectory(Path.Combine(folder, "common"));
        File.WriteAllText(Path.Combine(folder, "common/ünit"), "x");
        Link("scripts/10-x", "../common/ünit");
        Link("tests/common", "../common");
        ManifestLinks.RequireInside(folder);
    }

    void Link(string name, string target)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
    }
}
