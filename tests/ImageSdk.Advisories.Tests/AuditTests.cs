using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ImageSdk.Advisories.Auditing;
using ImageSdk.Advisories.Reading;
using ImageSdk.Advisories.Reports;

namespace ImageSdk.Advisories.Tests;

public class AuditTests
{
    const string OpenSsl = """
        {"affected": [{"ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "3.0.11-1~deb12u2"}, {"introduced": "0"}]}, {"type": "GIT", "events": [{"introduced": "0"}]}],
          "package": {"name": "openssl", "ecosystem": "Debian:12"}, "versions": ["3.0.9-1"]}], "id": "DEBIAN-CVE-2023-5363", "upstream": ["CVE-2023-5363"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]}
        """;

    const string Tracker = """
        {"openssl": {"CVE-2023-5363": {"description": "x", "releases": {"bookworm": {"status": "resolved", "fixed_version": "3.0.11-1~deb12u2", "urgency": "high"}, "trixie": {"status": "open"}}},
                     "CVE-2024-1": {"releases": {"bookworm": {"status": "open", "urgency": "not yet assigned"}}},
                     "CVE-2024-2": {"releases": {"bookworm": {"status": "open", "urgency": "unimportant"}}},
                     "CVE-2024-3": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "0"}}},
                     "CVE-2024-4": {"releases": {"bookworm": {"status": "undetermined"}}}},
         "zlib": {"CVE-2023-45853": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "1:1.3"}}}}}
        """;

    [Theory]
    [InlineData("3.0.11-1~deb12u1", "openssl 3.0.11-1~deb12u1: CVE-2023-5363, 3.0.11-1~deb12u2, Rebuild")]
    [InlineData("3.0.11-1~deb12u2", null)]
    [InlineData("3.0.11-1", null)]
    [InlineData("1:1.0-1", null)]
    public void A_package_is_affected_before_the_version_that_mends_it(string version, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], AuditRun.Lines(AuditRun.Hold(OpenSsl, AuditRun.Image(("openssl", version), ("zlib", "1")))));

    [Theory]
    [InlineData("1.0", true)]
    [InlineData("1.5", false)]
    [InlineData("2.0", true)]
    [InlineData("2.1", true)]
    [InlineData("2.2", false)]
    [InlineData("0.1", false)]
    [InlineData("7", true)]
    public void Ranges_may_have_several_parts_in_any_order(string version, bool isAffected) => Assert.Equal(isAffected ? 1 : 0, AuditRun.Hold(
        """[{"id": "X-1", "affected": [{"package": {"ecosystem": "Debian:12", "name": "a"}, "versions": ["7"], "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "1.5"}, {"last_affected": "2.1"}, {"introduced": "0.5"}]}]}]}]""",
        AuditRun.Image(("a", version))).Affected);

    [Fact]
    public void The_forms_of_OSV_say_the_same()
    {
        var image = AuditRun.Image(("openssl", "3.0.10-1"));
        var expected = AuditRun.Lines(AuditRun.Hold(OpenSsl, image));
        Assert.Single(expected);
        Assert.Equal(expected, AuditRun.Lines(AuditRun.Hold($"[{OpenSsl},\n{OpenSsl}]", image)));
        Assert.Equal(expected, AuditRun.Lines(AuditRun.Hold($"\uFEFF{OpenSsl.ReplaceLineEndings("")}\n{OpenSsl.ReplaceLineEndings("")}\n", image)));
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("DEBIAN-CVE-2023-5363.json").Open();
            entry.Write(Encoding.UTF8.GetBytes(OpenSsl));
        }
        Assert.Equal(expected, AuditRun.Lines(AuditRun.Hold(zip.ToArray(), [], null, image)));
        using var gzip = new MemoryStream();
        using (var packed = new GZipStream(gzip, CompressionMode.Compress, leaveOpen: true))
            packed.Write(Encoding.UTF8.GetBytes(OpenSsl));
        Assert.Equal(expected, AuditRun.Lines(AuditRun.Hold(gzip.ToArray(), [], null, image)));
    }

    [Fact]
    public void Debians_tracker_says_what_is_open_resolved_and_of_no_importance() => Assert.Equal(
        ["openssl 3.0.10-1: CVE-2023-5363, 3.0.11-1~deb12u2, Rebuild", "openssl 3.0.10-1: CVE-2024-1, -, None"],
        AuditRun.Lines(AuditRun.Hold(Tracker, AuditRun.Image(("openssl", "3.0.10-1"), ("zlib", "1:1.3.1")))));

    [Fact]
    public void A_withdrawn_or_ignored_advisory_does_not_count()
    {
        var image = AuditRun.Image(("openssl", "3.0.10-1"));
        Assert.Equal(0, AuditRun.Hold(OpenSsl.Replace("\"id\"", "\"withdrawn\": \"2024-01-01T00:00:00Z\", \"id\""), image).Affected);
        Assert.Equal(0, AuditRun.Hold(Encoding.UTF8.GetBytes(OpenSsl), ["cve-2023-5363"], null, image).Affected);
    }

    [Fact]
    public void An_image_that_no_advisory_is_about_is_not_called_safe()
    {
        var report = AuditRun.Hold(OpenSsl, AuditRun.Image(("openssl", "9")), AuditRun.Image(("openssl", "1")) with { Release = new("debian", "11") }, AuditRun.Image(("openssl", "1")) with { Release = null });
        Assert.Equal([true, false, false], report.Images.Select(image => image.IsCovered));
        Assert.Contains("there are no advisories about debian 11", AuditRun.Text(AuditFormat.Text, report));
    }

    [Fact]
    public void A_rebuild_mends_what_is_not_locked_and_what_the_archive_has()
    {
        var directory = Directory.CreateTempSubdirectory();
        try
        {
            File.WriteAllText(Path.Combine(directory.FullName, "deb.example_debian_dists_bookworm-security_main_binary-amd64_Packages"), "Package: libssl3\nSource: openssl (3.0.11-1~deb12u2)\nVersion: 3.0.11-1~deb12u2+b1\n\nPackage: x\nVersion: 1\n");
            var archive = ArchiveVersions.Read([directory.FullName]);
            var image = AuditRun.Image(("openssl", "3.0.10-1"), ("zlib", "1:1.2")) with { Stream = "base/app" };
            var both = Encoding.UTF8.GetBytes(Tracker);
            Assert.Equal(["NotInArchive", "None", "Rebuild"], AuditRun.Hold(both, [], archive, image).Images[0].Packages.SelectMany(package => package.Findings).Select(finding => $"{finding.Remedy}").OrderBy(word => word == "Rebuild").ThenByDescending(word => word));
            Assert.Contains(AuditRun.Lines(AuditRun.Hold(both, [], archive, image with { IsLocked = true })), line => line.EndsWith(", UpdateLock", StringComparison.Ordinal));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void Streams_are_rebuilt_after_those_that_they_stand_on()
    {
        var image = AuditRun.Image(("openssl", "3.0.10-1"));
        var report = AuditRun.Hold(OpenSsl, image with { Stream = "a", SourceStream = "z" }, image with { Stream = "z", SourceStream = "m" }, image with { Stream = "m", SourceStream = "a" }, image with { Stream = "b" });
        Assert.Equal(4, report.Rebuilds.Count);
        Assert.Equal(["m", "z", "a", "b"], report.Rebuilds.Select(stream => stream.Stream));
    }

    [Fact]
    public void Reports_have_no_markup_or_lines_of_others()
    {
        var report = AuditRun.Hold(OpenSsl.Replace("CVE-2023-5363", "CVE-1|<b>@user\\nx"), AuditRun.Image(("openssl", "3.0.10-1")) with { Name = "a\nb`|" });
        var markdown = AuditRun.Text(AuditFormat.Markdown, report);
        Assert.DoesNotContain("<b>", markdown);
        Assert.Contains("### a b\\`\\|", markdown);
        Assert.Single(AuditRun.Text(AuditFormat.Text, report).Split('\n'), line => line.StartsWith('a'));
        var json = JsonDocument.Parse(AuditRun.Text(AuditFormat.Json, report)).RootElement;
        Assert.Equal("rebuild", json.GetProperty("images")[0].GetProperty("findings")[0].GetProperty("remedy").GetString());
    }

    [Theory]
    [InlineData("1.0-1.el9", "1.0-1.el9_2", -1)]
    [InlineData("1:0.9-1", "2.0-1", 1)]
    [InlineData("1.0~rc1-1", "1.0-1", -1)]
    [InlineData("1.0^git1-1", "1.0-1", 1)]
    [InlineData("1.0^git1-1", "1.0.1-1", -1)]
    [InlineData("1.10-1", "1.9-1", 1)]
    [InlineData("1.a-1", "1.1-1", -1)]
    [InlineData("3.0.7", "3.0.7-2", 0)]
    public void Rpms_versions_have_their_own_order(string left, string right, int order)
    {
        Assert.Equal(order, Math.Sign(RpmVersion.Order.Compare(left, right)));
        Assert.Equal(-order, Math.Sign(RpmVersion.Order.Compare(right, left)));
    }

    [Fact]
    public void Damaged_files_are_one_fault_or_none()
    {
        var image = AuditRun.Image(("openssl", "3.0.10-1"));
        var random = new Random(20_26);
        foreach (var seed in new[] { OpenSsl, $"[{OpenSsl}]", Tracker })
            for (var round = 0; round < 300; round++)
            {
                var bytes = Encoding.UTF8.GetBytes(seed).ToList();
                for (var edits = random.Next(1, 4); edits > 0 && bytes.Count > 0; edits--)
                    switch (random.Next(3))
                    {
                        case 0:
                            bytes[random.Next(bytes.Count)] = (byte)random.Next(256);
                            break;
                        case 1:
                            bytes.RemoveRange(random.Next(bytes.Count), 1);
                            break;
                        default:
                            bytes.Insert(random.Next(bytes.Count + 1), "{}[],:\"0"u8[random.Next(8)]);
                            break;
                    }
                try
                {
                    AuditRun.Hold([.. bytes], [], null, image);
                }
                catch (AdvisoryException)
                {
                    // The only way to say so.
                }
            }
    }

    [Fact]
    public void A_value_that_is_longer_than_the_buffer_is_read_whole()
    {
        var long1 = OpenSsl.Replace("\"id\"", $"\"details\": \"{new string('x', 200_000)}\", \"id\"");
        Assert.Equal(3, AuditRun.Hold($"[{long1},{OpenSsl},{long1}]", AuditRun.Image(("openssl", "3.0.10-1"))).Advisories);
    }
}
