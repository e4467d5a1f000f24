using System.Text;
using ImageSdk.Attestations;

namespace ImageSdk.Building.Tests.Attestations;

public class CopyrightFileTests
{
    const string Header = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nSource: https://example.org\n\n";

    static CopyrightFile Parse(string text) => CopyrightFile.Parse(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("GPL-2", "GPL-2.0-only")]
    [InlineData("gpl-2+", "GPL-2.0-or-later")]
    [InlineData("GPL-3.0+", "GPL-3.0-or-later")]
    [InlineData("LGPL-2.1-or-later", "LGPL-2.1-or-later")]
    [InlineData("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later")]
    [InlineData("Expat", "MIT")]
    [InlineData("BSD-3-clause", "BSD-3-Clause")]
    [InlineData("Artistic or GPL-1+", "Artistic-1.0-Perl OR GPL-1.0-or-later")]
    [InlineData("GPL-2+ or Artistic-2.0, and BSD-3-clause", "(Artistic-2.0 OR GPL-2.0-or-later) AND BSD-3-Clause")]
    [InlineData("MPL-1.1 or GPL-2 and ISC", "GPL-2.0-only AND ISC OR MPL-1.1")]
    [InlineData("MIT and MIT", "MIT")]
    [InlineData("GPL-2+ with Libtool exception", "GPL-2.0-or-later WITH Libtool-exception")]
    public void Short_names_become_identifiers(string licence, string expected)
    {
        var file = Parse($"{Header}Files: *\nCopyright: someone\nLicense: {licence}\n text of it\n");
        Assert.Equal(expected, file.Licence);
        Assert.Empty(file.Texts);
    }

    [Fact]
    public void Licences_of_all_files_are_joined()
    {
        var file = Parse($"{Header}Files: *\nLicense: GPL-2+\n\nFiles: a b\n c\nLicense: Expat or GPL-2\n\nFiles: debian/*\nLicense: GPL-2+\n\nLicense: ISC\n Permission to use\n");
        Assert.Equal("(GPL-2.0-only OR MIT) AND GPL-2.0-or-later", file.Licence);
    }

    [Fact]
    public void What_has_no_identifier_is_kept_with_its_text()
    {
        var file = Parse($"{Header}Files: *\nLicense: public-domain\n Do what\n .\n you like.\n\nFiles: b\nLicense: Foo & Bar\n\nLicense: Foo & Bar\n As foo,\n  as bar.\n\nFiles: c\nLicense: Quux\n");
        Assert.Equal(3, file.Texts.Count);
        Assert.Equal(
            [("public-domain", "Do what\n\nyou like."), ("Foo & Bar", "As foo,\n as bar."), ("Quux", "The copyright file names this licence without its text: Quux")],
            file.Texts.Values.Select(text => (text.Name, text.Text)));
        Assert.All(file.Texts.Keys, reference => Assert.Matches("^LicenseRef-(public-domain|Foo-Bar|Quux)-[0-9a-f]{8}$", reference));
        Assert.Equal(string.Join(" AND ", file.Texts.Keys.Order(StringComparer.Ordinal)), file.Licence);
    }

    [Fact]
    public void The_same_name_with_another_text_is_another_licence()
    {
        var (one, other) = (Parse($"{Header}Files: *\nLicense: custom\n one"), Parse($"{Header}Files: *\nLicense: custom\n other"));
        Assert.NotEqual(one.Licence, other.Licence);
    }

    [Fact]
    public void Of_other_texts_only_pointers_are_told()
    {
        var file = Parse("This package was debianized by hand.\n\nLicense: GPL\n\nOn Debian systems, see /usr/share/common-licenses/GPL-2. Also `/usr/share/common-licenses/LGPL-2.1'\n");
        Assert.Equal("", file.Licence);
        Assert.Equal(["GPL-2", "LGPL-2.1"], file.CommonLicences);
    }

    [Fact]
    public void Long_texts_are_cut()
    {
        var text = Parse($"{Header}Files: *\nLicense: {new string('x', 300)}\n {new string('y', 1 << 20)}\n").Texts.Values.Single();
        Assert.InRange(text.Text.Length, 1000, 40_000);
        Assert.InRange(text.Name.Length, 10, 100);
        // So many that it could be an attack: said to be unknown.
        Assert.Equal("", Parse(Header + string.Concat(Enumerable.Range(0, 1000).Select(number => $"Files: f{number}\nLicense: l{number}\n\n"))).Licence);
        Assert.Equal("", CopyrightFile.Parse(new byte[CopyrightFile.LongestFile + 1]).Licence);
    }

    [Fact]
    public void No_bytes_are_too_strange()
    {
        var good = Encoding.UTF8.GetBytes($"{Header}Files: *\nCopyright: 2001 ä\nLicense: GPL-2+ or Foo with bar exception, and X\n text\n .\n more\n\nLicense: X\n x\n");
        var random = new Random(1);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = (byte[])good.Clone();
            for (var change = random.Next(1, 8); change > 0; change--)
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)" \n:,.\t#("[random.Next(8)];
            var file = CopyrightFile.Parse(bytes.AsSpan(0, random.Next(bytes.Length)));
            if (file.Licence.Length > 0)
                SpdxRules.CheckExpression(file.Licence, file.Texts.Keys.ToHashSet());
        }
    }
}
