using System.Text;
using System.Text.Json;
using ImageSdk.Attestations;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Attestations;

public class DocumentTests
{
    static readonly OsRelease debian = new("debian", "12", "Debian GNU/Linux 12 (bookworm)");

    const string Status = """
        Package: libc6
        Status: install ok installed
        Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
        Architecture: amd64
        Multi-Arch: same
        Source: glibc
        Version: 2.36-9+deb12u4
        Homepage: https://www.gnu.org/software/libc/libc.html
        Description: GNU C Library: Shared libraries
         More words.

        Package: mawk
        Status: install ok installed
        Architecture: amd64
        Provides: awk
        Pre-Depends: libc6 (>= 2.34)
        Version: 1.3.4.20200120-3.1

        Package: tool
        Status: install ok unpacked
        Maintainer: Jo <jo@example.org>
        Architecture: all
        Source: tool-src (1:2.0)
        Depends: gawk | awk, libc6:any, absent, tool
        Version: 1:2.0+b1

        Package: removed
        Status: deinstall ok config-files
        Version: 1

        """;

    static ImageDescription Describe(
        IReadOnlyList<InstalledPackage>? packages = null, string packager = "deb", OsRelease? system = null, IReadOnlyList<Package>? names = null, IReadOnlyList<DescribedFile>? files = null)
    {
        var contents = new ImageContents(system ?? debian, packager, packages ?? DpkgInventory.Read(Encoding.UTF8.GetBytes(Status)), new Dictionary<string, LicenceText>());
        return new()
        {
            Stream = "base/app", Version = "2026-01-02:03:04:05", TreeHash = new string('a', 128), Architecture = "amd64",
            Created = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), System = contents.System, Source = new("base/debian/2026-01-01:00:00:00", new string('b', 128)),
            Packages = DescribedPackages.List(contents, names ?? [], new Dictionary<string, string> { ["libc6 2.36-9+deb12u4 amd64"] = new string('c', 64) }),
            Files = files ?? [new("etc/app", "00ff", "CopyFiles", new string('d', 128), new(new string('e', 40), new string('f', 64)))],
        };
    }

    static JsonElement Parse(byte[] document) => JsonDocument.Parse(document).RootElement;

    static (JsonElement Spdx, JsonElement CycloneDx) Write(ImageDescription description)
    {
        var (spdx, cycloneDx) = (Parse(new SpdxDocument(description).Write()), Parse(new CycloneDxDocument(description).Write()));
        SpdxRules.Check(spdx);
        CycloneDxRules.Check(cycloneDx);
        return (spdx, cycloneDx);
    }

    [Fact]
    public void Files_that_are_not_listed_are_one_entry_with_their_digest()
    {
        AddedFile[] files =
        [
            .. new[] { "srv/a", "srv/ä b" }.Select(path => new AddedFile(
                path, new RegularInode { Mode = InodeMode.Regular, Size = 3, Hash = ObjectHash.Of("abc"u8) }, ImageStage.CopyFiles, "layer")),
        ];
        var list = string.Concat(files.Select(file => $"{ObjectHash.Of("abc"u8)}  {file.Path}\n"));
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(list)));

        var (spdx, cycloneDx) = Write(Describe(files: []) with { Unlisted = UnlistedFiles.Of(files) });
        var added = spdx.GetProperty("packages").EnumerateArray().Single(package => package.GetProperty("SPDXID").GetString() == "SPDXRef-AddedFiles");
        Assert.StartsWith("2 files of 6 bytes", added.GetProperty("comment").GetString());
        Assert.Equal(digest, added.GetProperty("externalRefs")[0].GetProperty("referenceLocator").GetString());
        Assert.False(spdx.TryGetProperty("files", out _));
        var file = cycloneDx.GetProperty("components").EnumerateArray().Single(component => component.GetProperty("type").GetString() == "file");
        Assert.Contains(digest, file.GetProperty("properties").EnumerateArray().Select(property => property.GetProperty("value").GetString()));
        Assert.Null(UnlistedFiles.Of([]));
    }

    [Fact]
    public void Long_documents_are_not_indented()
    {
        var file = new DescribedFile("etc/app", "00ff", "CopyFiles", new string('d', 128), new(new string('e', 40), new string('f', 64)));
        var files = Enumerable.Range(0, ImageDescription.MostListed + 1).Select(number => file with { Path = $"etc/{number}", Id = $"{number:x8}" }).ToList();
        Assert.True(new SpdxDocument(Describe(files: files)).Write().AsSpan().Count((byte)'\n') == 1);
        Write(Describe(files: files));
    }

    [Fact]
    public void Packages_have_versions_sources_and_dependencies()
    {
        var packages = Describe().Packages;
        Assert.Equal(
            [
                "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc",
                "pkg:deb/debian/mawk@1.3.4.20200120-3.1?arch=amd64&distro=debian-12",
                "pkg:deb/debian/tool@1:2.0%2Bb1?arch=all&distro=debian-12&upstream=tool-src%401:2.0",
            ],
            packages.Select(package => package.Purl));
        Assert.Equal([packages[0].Purl], packages[1].DependsOn);
        Assert.Equal([packages[0].Purl, packages[1].Purl], packages[2].DependsOn);
        Assert.Equal([64, 0, 0], packages.Select(package => package.Sha256.Length));
    }

    [Fact]
    public void Documents_say_what_is_known()
    {
        var (spdx, cycloneDx) = Write(Describe());
        var libc = SpdxRules.List(spdx, "packages").Single(package => SpdxRules.Text(package, "name") == "libc6");
        Assert.Equal("Organization: GNU Libc Maintainers (debian-glibc@lists.debian.org)", SpdxRules.Text(libc, "supplier"));
        Assert.Equal("built package from: glibc 2.36-9+deb12u4", SpdxRules.Text(libc, "sourceInfo"));
        var relations = SpdxRules.List(spdx, "relationships").Select(relation => SpdxRules.Text(relation, "relationshipType")).CountBy(type => type).ToDictionary();
        Assert.Equal((1, 5, 3, 1), (relations["DESCRIBES"], relations["CONTAINS"], relations["DEPENDS_ON"], relations["DESCENDANT_OF"]));
        var ancestor = cycloneDx.GetProperty("metadata").GetProperty("component").GetProperty("pedigree").GetProperty("ancestors")[0];
        Assert.Equal("base/debian/2026-01-01:00:00:00", SpdxRules.Text(ancestor, "name"));
        Assert.Contains(SpdxRules.List(cycloneDx, "components"), part => (SpdxRules.Text(part, "type"), SpdxRules.Text(part, "name")) == ("operating-system", "debian"));
        Assert.Contains(SpdxRules.List(cycloneDx, "components"), part => (SpdxRules.Text(part, "type"), SpdxRules.Text(part, "name")) == ("file", "/etc/app"));
    }

    [Fact]
    public void Equal_images_have_equal_documents()
    {
        Assert.Equal(new SpdxDocument(Describe()).Write(), new SpdxDocument(Describe()).Write());
        Assert.Equal(new CycloneDxDocument(Describe()).Write(), new CycloneDxDocument(Describe()).Write());
        Assert.NotEqual(Describe().UuidFor("spdx"), (Describe() with { TreeHash = new string('1', 128) }).UuidFor("spdx"));
    }

    [Fact]
    public void The_verification_code_is_that_of_the_specification()
    {
        // SHA-1 of the files' SHA-1s, sorted and joined: sha1sum of "aa…" and "bb…".
        DescribedFile File(char digit) => new($"f{digit}", $"{digit}", "CopyFiles", new string(digit, 128), new(new string(digit, 40), new string(digit, 64)));
        var (spdx, _) = Write(Describe(files: [File('b'), File('a')]));
        var added = SpdxRules.List(spdx, "packages").Single(package => package.GetProperty("filesAnalyzed").GetBoolean());
        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(new string('a', 40) + new string('b', 40))));
        Assert.Equal(expected, added.GetProperty("packageVerificationCode").GetProperty("packageVerificationCodeValue").GetString());
    }

    [Fact]
    public void Of_other_packagers_the_list_of_names_is_used()
    {
        var fedora = new OsRelease("fedora", "40", "Fedora Linux 40");
        var image = Describe([], "rpm", fedora, [new("bash", "5.2.26_3.fc40", 1), new("kernel", "6.8_1", 1), new("kernel", "6.9_1", 1), new("twice", "1_1", 1), new("twice", "1_1", 1)], []);
        Assert.Equal(
            ["pkg:rpm/fedora/bash@5.2.26-3.fc40?distro=fedora-40", "pkg:rpm/fedora/kernel@6.8-1?distro=fedora-40", "pkg:rpm/fedora/kernel@6.9-1?distro=fedora-40", "pkg:rpm/fedora/twice@1-1?distro=fedora-40"],
            image.Packages.Select(package => package.Purl));
        Write(image);
        Write(Describe([], "", OsRelease.Unknown, [new("some thing/else", "v ?#", 0)], []) with { Source = null });
        Write(Describe([], "", OsRelease.Unknown, [], []) with { Source = null });
    }

    [Fact]
    public void No_database_is_too_strange()
    {
        var random = new Random(3);
        var good = Encoding.UTF8.GetBytes(Status);
        for (var round = 0; round < 300; round++)
        {
            var bytes = (byte[])good.Clone();
            for (var change = random.Next(1, 20); change > 0; change--)
                bytes[random.Next(bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"\n :,|<>@()"[random.Next(10)];
            Write(Describe(DpkgInventory.Read(bytes.AsSpan(0, random.Next(bytes.Length)))));
        }
    }

    [Theory]
    [InlineData("ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n", "debian", "12")]
    [InlineData("ID='ubuntu'\n", "ubuntu", "")]
    [InlineData("ID=../etc\nVERSION_ID=1", "", "1")]
    [InlineData("nonsense\0=", "", "")]
    public void The_system_is_read(string text, string id, string version)
    {
        var system = OsRelease.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal((id, version), (system.Id, system.VersionId));
    }

    [Theory]
    [InlineData("Matthias Klose <doko@debian.org>", "Matthias Klose", "doko@debian.org", false)]
    [InlineData("\"Debian X Strike Force\" <debian-x@lists.debian.org>", "Debian X Strike Force", "debian-x@lists.debian.org", true)]
    [InlineData("APT Development Team <deity>", "APT Development Team", "", true)]
    [InlineData("someone", "someone", "", false)]
    public void Maintainers_are_people_or_teams(string text, string name, string address, bool isGroup) =>
        Assert.Equal(new Maintainer(name, address, isGroup), Maintainer.Parse(text));
}
