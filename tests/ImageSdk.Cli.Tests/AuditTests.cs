using System.Text.Json;
using ImageSdk.Images;

namespace ImageSdk.Cli.Tests;

public sealed class AuditTests : IDisposable
{
    const string Tracker = """
        {"openssl": {"CVE-2023-5363": {"releases": {"bookworm": {"status": "resolved", "fixed_version": "3.0.11-1~deb12u2"}}},
                     "CVE-2024-1": {"releases": {"bookworm": {"status": "open"}}}}}
        """;

    readonly SampleStore sample = new();

    public AuditTests()
    {
        File.WriteAllText(sample.Temporary["tracker.json"], Tracker);
        Add("base/old/1", "3.0.9-1", "");
        Add("base/debian/1", "3.0.10-1", "");
        Add("app/web/1", "3.0.10-1", "base/debian/1");
        Add("app/new/1", "3.0.12-1", "base/debian/1");
    }

    public void Dispose() => sample.Dispose();

    void Add(string name, string version, string source)
    {
        var builder = new FileSystemBuilder();
        foreach (var directory in new[] { "/etc", "/usr", "/usr/lib", "/var", "/var/lib", "/var/lib/dpkg" })
            builder.Add(directory, SampleImage.Directory);
        builder.Add("/usr/lib/os-release", SampleImage.File(sample.Store.Objects, "ID=debian\nVERSION_ID=\"12\"\n"));
        builder.Add("/var/lib/dpkg/status", SampleImage.File(sample.Store.Objects,
            $"Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: {version}\n\nPackage: gone\nStatus: deinstall ok config-files\nSource: openssl\nVersion: 1\n"));
        sample.Store.Images.Add(name, new Image { FileSystem = builder.Build(), CreatedOn = DateTimeOffset.UnixEpoch, SourceImage = source, Packages = [new("libssl3", version, 1)] });
    }

    CommandRun Audit(params string[] arguments) => sample.Run(["audit", "--advisories", sample.Temporary["tracker.json"], .. arguments]);

    [Fact]
    public void All_streams_of_a_store_are_audited_and_those_to_rebuild_are_named_in_order()
    {
        var run = Audit();
        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Contains("base/debian/1: debian 12, 2 vulnerabilities\n  openssl 3.0.10-1 (libssl3): fixed in 3.0.11-1~deb12u2\n    CVE-2023-5363\n", run.Output);
        Assert.Contains("streams to rebuild, in this order:\n  base/debian: mends openssl; 1 without a fix remain\n  app/web: mends openssl; 1 without a fix remain\n  base/old: mends", run.Output);
        Assert.EndsWith("4 images, 4 affected by 2 advisories on 1 package; 2 advisories read\n", run.Output);
        Assert.Equal(0, Audit("--fixable", "app/new").ExitCode);
        Assert.StartsWith("2 images", Audit("app/*").Lines[^1]);
        Assert.Equal(0, Audit("--ignore", "CVE-2023-5363", "--ignore", "CVE-2024-1").ExitCode);
        Assert.Contains("| openssl | 3.0.9-1 | CVE-2023-5363 | fixed in 3.0.11-1~deb12u2 |", Audit("--format", "markdown", "base/old").Output);
        var json = JsonDocument.Parse(Audit("--json", "base/old").OutputBytes).RootElement;
        Assert.Equal("rebuild", json.GetProperty("images")[0].GetProperty("findings")[0].GetProperty("remedy").GetString());
        Assert.Equal("base/old", json.GetProperty("rebuild")[0].GetProperty("stream").GetString());
    }

    [Fact]
    public void Bills_of_materials_and_locks_are_audited_as_images()
    {
        File.WriteAllText(sample.Temporary["a.cdx.json"], """{"components": [{"purl": "pkg:deb/debian/libssl3@3.0.10-1?distro=debian-12&upstream=openssl"}]}""");
        File.WriteAllText(sample.Temporary["image.lock.json"], """
            {"version": 1, "architecture": "amd64", "source": {"type": "Bootstrap", "name": "debian bookworm minbase main"}, "bootstrap": {"essential": [], "calls": [], "automatic": [],
              "packages": [{"name": "libssl3", "version": "3.0.10-1+b1", "architecture": "amd64", "sha256": "DIGEST", "size": 1, "uri": "http://deb.example/debian/pool/main/o/openssl/libssl3_3.0.10-1%2bb1_amd64.deb"}]}}
            """.Replace("DIGEST", new string('a', 64)));
        var run = Audit(sample.Temporary["a.cdx.json"], sample.Temporary["image.lock.json"]);
        Assert.Contains("openssl 3.0.10-1 (libssl3): fixed in 3.0.11-1~deb12u2\n", run.Output);
        Assert.Contains("openssl 3.0.10-1 (libssl3): fixed in 3.0.11-1~deb12u2, and locked\n", run.Output);
    }

    [Fact]
    public void What_cannot_be_read_is_an_error_and_what_is_not_covered_no_success()
    {
        sample.Run("audit", "--advisories", sample.Temporary["none"]).AssertError("IMG1630");
        sample.Run("audit", "--advisories", "ftp://example/x").AssertError("IMG1630");
        File.WriteAllText(sample.Temporary["bad.json"], "{");
        sample.Run("audit", "--advisories", sample.Temporary["bad.json"]).AssertError("IMG1631");
        File.WriteAllText(sample.Temporary["other.json"], """{"id": "A", "affected": [{"package": {"ecosystem": "Debian:11", "name": "openssl"}}]}""");
        var run = sample.Run("audit", "--advisories", sample.Temporary["other.json"], "base/old");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("warning IMG1633", run.Error);
        Assert.Contains("there are no advisories about debian 12", run.Output);
    }
}
