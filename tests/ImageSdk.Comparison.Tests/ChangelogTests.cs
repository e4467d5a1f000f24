using System.IO.Compression;
using System.Text;
using ImageSdk.Comparison.Changelogs;
using ImageSdk.Images;

namespace ImageSdk.Comparison.Tests;

public class ChangelogTests
{
    const string Log = """
        openssl (3.0.14-1~deb12u2) bookworm-security; urgency=medium

          * CVE-2024-5535 (SSL_select_next_proto
            buffer overread).

         -- A Person <a@example.org>  Tue, 03 Sep 2024 19:32:52 +0200

        openssl (3.0.14-1~deb12u1) bookworm; urgency=medium

          [ Another ]
          * Import 3.0.14

         -- A Person <a@example.org>  Thu, 13 Jun 2024 20:51:00 +0200

        openssl (3.0.11-1~deb12u2) bookworm-security; urgency=medium

          * CVE-2023-5363

         -- A Person <a@example.org>  Mon, 23 Oct 2023 19:52:22 +0200
        """;

    readonly Dictionary<ObjectHash, byte[]> objects = [];

    [Fact]
    public void What_is_new_lies_between_the_versions()
    {
        var (entries, isCut) = ChangelogReader.Parse(Log, "3.0.11-1~deb12u2", "3.0.14-1~deb12u2");
        Assert.False(isCut);
        Assert.Equal(["3.0.14-1~deb12u2", "3.0.14-1~deb12u1"], entries.Select(entry => entry.Version));
        Assert.Equal(["* CVE-2024-5535 (SSL_select_next_proto", "  buffer overread)."], entries[0].Lines);
        Assert.Equal(["[ Another ]", "* Import 3.0.14"], entries[1].Lines);
        Assert.Equal(["3.0.14-1~deb12u1"], ChangelogReader.Parse(Log, "3.0.11-1~deb12u2", "3.0.14-1~deb12u1").Entries.Select(entry => entry.Version));
        Assert.Empty(ChangelogReader.Parse("what upstream says\n* no header\n", "1", "2").Entries);
    }

    [Fact]
    public void Long_changelogs_are_cut()
    {
        var log = new StringBuilder("a (2) x; urgency=low\n\n");
        for (var line = 0; line < 1_000; line++)
            log.Append("  * ").Append('x', 1_000).Append('\n');
        var (entries, isCut) = ChangelogReader.Parse(log.ToString(), "1", "2");
        Assert.True(isCut);
        Assert.Equal(ChangelogReader.MaximumLines, Assert.Single(entries).Lines.Count);
        Assert.All(entries[0].Lines, line => Assert.True(line.Length <= 201));
    }

    [Fact]
    public void Packages_of_one_source_share_a_changelog_in_the_image()
    {
        var builder = new FileSystemBuilder();
        Add("/usr/share/doc/openssl/changelog.Debian.gz", Compress(Log));
        Add("/usr/share/doc/libssl3/changelog.Debian.gz", Compress(Log));
        builder.Add("/usr/share/doc/libssl-dev", new SymlinkInode { Target = "libssl3" });
        Add("/usr/share/doc/damaged/changelog.gz", "no gzip"u8.ToArray());
        builder.Add("/usr/share/doc/away", new SymlinkInode { Target = "/etc" });
        var packages = PackageComparison.Compare(
            [.. Names.Select(name => new Package(name, "3.0.11-1~deb12u2", 1))], [.. Names.Select(name => new Package(name, "3.0.14-1~deb12u2", 1))]);
        var found = ChangelogFinder.Find(builder.Build(), packages);
        var excerpt = Assert.Single(ChangelogReader.Read(found, new Objects(objects)));
        Assert.Equal(["libssl-dev", "libssl3:amd64", "openssl"], excerpt.Packages.Order(StringComparer.Ordinal));
        Assert.Equal(2, excerpt.Entries.Count);
        // What is not at hand is left out.
        Assert.Empty(ChangelogReader.Read(found, new Objects([])));

        void Add(ByteString path, byte[] content)
        {
            objects[ObjectHash.Of(content)] = content;
            SampleReport.AddFile(builder, path, content);
        }
    }

    static readonly string[] Names = ["openssl", "libssl3:amd64", "libssl-dev", "damaged", "away", "..", "../../../etc", "none", ""];

    static byte[] Compress(string text)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return output.ToArray();
    }

    sealed class Objects(Dictionary<ObjectHash, byte[]> known) : IObjectSource
    {
        public Stream OpenRead(ObjectHash hash) => known.TryGetValue(hash, out var content) ? new MemoryStream(content) : throw new FileNotFoundException(hash.ToString());
    }
}
