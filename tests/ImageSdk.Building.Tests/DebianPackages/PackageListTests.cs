using System.Text;
using ImageSdk.Debian.Planning;
using ImageSdk.Packages;
using ImageSdk.Packages.Cache;
using ImageSdk.Packages.Lists;

namespace ImageSdk.Building.Tests.DebianPackages;

public class PackageListTests
{
    static PackageList Parse(string text) => new(Encoding.UTF8.GetBytes(text));

    static string NamesOf(PackageList list, IEnumerable<int> paragraphs) =>
        string.Join(' ', paragraphs.Select(paragraph => Encoding.UTF8.GetString(list.NameOf(paragraph))).Order(StringComparer.Ordinal));

    static int HashOf(string name) => NameTable.HashOf(Encoding.UTF8.GetBytes(name));

    [Theory]
    [InlineData("", "")]
    [InlineData("Package: bash\nEssential: yes\nVersion: 5\n\nPackage: less\nVersion: 1\n\nPackage: sed\nVersion: 1\nEssential: yes\n\n", "bash sed")]
    [InlineData("Package: a\nEssential: no\n\nVersion: 1\nEssential: yes\nPackage: b\n", "b")]
    [InlineData("Package: a\nDescription: it is\n Essential: yes\n", "")]
    [InlineData("Package: a\n\nEssential: yes\n", "")]
    [InlineData("Package: a\n\nEssential: yes\nPackage: b\n", "b")]
    [InlineData("Package: b\nEssential: yes\n\nPackage: a\nEssential: yes\n\nPackage: a\nVersion: 2\nEssential: yes\n", "a b")]
    public void Packages_are_found_by_a_line(string list, string names) =>
        Assert.Equal(names, string.Join(' ', new PackageLists([("list_Packages"u8.ToArray(), Parse(list))]).NamesWith("\nEssential: yes\n"u8)));

    [Theory]
    [InlineData("Depends: a\n", " a")]
    [InlineData("Package: p\nPre-Depends: a\nDepends: b (>= 1), c\n", " b (>= 1), c")]
    [InlineData("Package: p\nDepends: b,\n c |\n\td\nSection: x", " b,\n c |\n\td")]
    [InlineData("Package: p\nDepends: b", " b")]
    [InlineData("Package: p\nDepends:\nSection: x\n", "")]
    [InlineData("Package: p\nDescription: what\n Depends: b\n", "")]
    [InlineData("", "")]
    public void A_field_has_all_its_lines(string paragraph, string value) =>
        Assert.Equal(value, Encoding.UTF8.GetString(PackageList.FieldOf(Encoding.UTF8.GetBytes(paragraph), "\nDepends:"u8)));

    [Fact]
    public void Packages_are_found_by_their_names_and_by_what_they_provide()
    {
        var list = Parse("""
            Package: exim4
            Provides: mail-transport-agent, smtp (= 1:2), exim

            Package: postfix
            Provides: mail-transport-agent,
             mta:any

            Package: exim4
            Version: 2

            """);
        Assert.Equal(3, list.Count);
        Assert.Equal("exim4 exim4", NamesOf(list, list.Named(HashOf("exim4"))));
        Assert.Equal("exim4 postfix", NamesOf(list, list.Providing(HashOf("mail-transport-agent"))));
        Assert.Equal("exim4", NamesOf(list, list.Providing(HashOf("smtp"))));
        Assert.Equal("postfix", NamesOf(list, list.Providing(HashOf("mta"))));
        Assert.Equal("", NamesOf(list, list.Providing(HashOf("exim4"))));
        Assert.True(list.Has("postfix"));
        Assert.False(list.Has("smtp"));
    }

    [Fact]
    public void Each_list_says_its_own_of_a_version()
    {
        var lists = new PackageLists(
        [
            ("a_Packages"u8.ToArray(), Parse("Package: p\nVersion: 1\nSection: old\n\nPackage: p\nVersion: 2\nSection: new\n")),
            ("b_Packages"u8.ToArray(), Parse("Package: q\nVersion: 2\n\nPackage: p\nVersion: 2\nSection: other\n")),
        ]);
        Assert.Equal(["Package: p\nVersion: 2\nSection: new\n", "Package: p\nVersion: 2\nSection: other\n"], lists.Describe("p", "2"));
        Assert.Empty(lists.Describe("p", "3"));
    }

    [Fact]
    public void Any_bytes_can_be_read()
    {
        var random = new Random(1);
        byte[][] parts = [.. new[] { "Package: ", "a", "b", "\n", "Essential: yes", ":", " ", "\n\n", "Essential: yes\n", "Provides: ", ", ", "|", "(", "\nDepends:", "\xff" }.Select(Encoding.Latin1.GetBytes)];
        for (var round = 0; round < 20_000; round++)
        {
            var list = new PackageList((byte[])[.. Enumerable.Range(0, random.Next(16)).SelectMany(_ => parts[random.Next(parts.Length)])]);
            var lists = new PackageLists([("list_Packages"u8.ToArray(), list)]);
            Assert.All(lists.NamesWith("\nEssential: yes\n"u8), name => Assert.DoesNotContain('\n', name));
            for (var paragraph = 0; paragraph < list.Count; paragraph++)
                Assert.Contains(paragraph, list.Named(NameTable.HashOf(list.NameOf(paragraph))));
            _ = new DependencyClosure(lists, list);
        }
    }
}
