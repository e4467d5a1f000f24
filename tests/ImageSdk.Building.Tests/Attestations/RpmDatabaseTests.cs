using System.Text.Json;
using ImageSdk.Attestations;
using ImageSdk.Building.Tests.ArtifactBuilds;
using ImageSdk.Contracts.Inspection;
using ImageSdk.Packages.Rpm;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.Attestations;

public sealed class RpmDatabaseTests(RpmDatabases databases) : IClassFixture<RpmDatabases>
{
    static readonly OsRelease fedora = new("fedora", "40", "Fedora Linux 40");

    [RpmTheory]
    [InlineData("sqlite")]
    [InlineData("ndb")]
    [InlineData("berkeley little")]
    [InlineData("berkeley big")]
    public void All_packages_are_read_as_rpm_lists_them(string form)
    {
        var packages = databases.Read(form)!;
        Assert.Equal(RpmDatabases.Many + 2, packages.Count);
        Assert.Equal(
            databases.Query("%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}|%{SOURCERPM}|%{VENDOR}|%{PACKAGER}|%{URL}|%{LICENSE}|%{SUMMARY}|%{LONGSIZE}|[%{REQUIRENAME} ]|[%{PROVIDENAME} ]\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            packages.Select(package => $"{package.Name}|{(package.Epoch is { } epoch ? $"{epoch}" : "(none)")}|{package.Version}|{package.Release}|{package.Architecture}|{package.Source}|{Or(package.Vendor)}|{Or(package.Packager)}|{Or(package.Url)}"
                + $"|{package.Licence}|{package.Summary}|{package.Size}|{string.Concat(package.Requires.Select(name => name + ' '))}|{string.Concat(package.Provides.Select(name => name + ' '))}").Order(StringComparer.Ordinal));

        static string Or(string text) => text.Length > 0 ? text : "(none)";
    }

    [RpmFact]
    public void Documents_say_what_the_database_says()
    {
        var read = databases.Read("sqlite")!;
        var contents = new ImageContents(fedora, "rpm", RpmInventory.From(read), RpmInventory.TextsOf(read));
        var packages = DescribedPackages.List(contents, [], new Dictionary<string, string>());
        var hello = packages.Single(package => package.Package.Name == "hello");
        Assert.Equal("pkg:rpm/fedora/hello@1.2_3-4.el9?arch=noarch&distro=fedora-40&epoch=3", hello.Purl);
        Assert.Equal(("3:1.2_3-4.el9", "Example, Inc.", "GPL-2.0-or-later AND MIT"), (hello.Package.Version, hello.Package.Vendor, hello.Package.Licence));
        var libraries = packages.Single(package => package.Package.Name == "other-libs");
        Assert.Equal("pkg:rpm/fedora/other-libs@1.2_3-4.el9?arch=noarch&distro=fedora-40&epoch=0&upstream=hello", libraries.Purl);
        Assert.Equal([libraries.Purl], hello.DependsOn);
        Assert.Equal("A licence of (our) own", contents.Texts[libraries.Package.Licence].Name);
        Assert.Equal("BSD-3-Clause OR GPL-2.0-or-later", packages.Single(package => package.Package.Name == "many7").Package.Licence);
        var description = new ImageDescription
        {
            Stream = "base/app", Version = "2026-01-02:03:04:05", TreeHash = new string('a', 128), Architecture = "amd64", Created = DateTimeOffset.UnixEpoch, System = fedora,
            Packages = packages, Texts = contents.Texts, Files = [],
        };
        var spdx = JsonDocument.Parse(new SpdxDocument(description).Write()).RootElement;
        SpdxRules.Check(spdx);
        Assert.Equal("Organization: Example, Inc.", SpdxRules.Text(SpdxRules.List(spdx, "packages").Single(package => SpdxRules.Text(package, "name") == "hello"), "supplier"));
        CycloneDxRules.Check(JsonDocument.Parse(new CycloneDxDocument(description).Write()).RootElement);
    }

    /// <summary>As a machine leaves it that was cut off: the last changes are in the log alone, and one of them is not complete.</summary>
    [RpmFact]
    public void The_log_of_a_database_counts()
    {
        var folder = Directory.CreateDirectory(databases["logged/usr/lib/sysimage/rpm"]).FullName;
        HostProgram.Run("python3", "-c", """
            import sqlite3, shutil, os, sys
            shutil.copy(sys.argv[1], sys.argv[2])
            base = sqlite3.connect(sys.argv[2], isolation_level=None); base.execute("pragma journal_mode=wal"); base.execute("pragma wal_autocheckpoint=0")
            base.execute("delete from Packages where hnum > 100"); base.execute("begin"); base.execute("delete from Packages where hnum > 50")
            base.execute("pragma cache_spill=1"); os._exit(0)
            """, databases["sqlite/usr/lib/sysimage/rpm/rpmdb.sqlite"], Path.Combine(folder, "rpmdb.sqlite"));
        Assert.True(new FileInfo(Path.Combine(folder, "rpmdb.sqlite-wal")).Length > 0);
        Assert.Equal(100, databases.Read("logged")!.Count);
        // What was written behind a damaged frame does not count.
        var log = File.ReadAllBytes(Path.Combine(folder, "rpmdb.sqlite-wal"));
        log[100] ^= 1;
        File.WriteAllBytes(Path.Combine(folder, "rpmdb.sqlite-wal"), log);
        Assert.Equal(RpmDatabases.Many + 2, databases.Read("logged")!.Count);
    }

    [RpmTheory]
    [InlineData("sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite")]
    [InlineData("ndb", "usr/lib/sysimage/rpm/Packages.db")]
    [InlineData("berkeley little", "var/lib/rpm/Packages")]
    public void Damaged_databases_are_read_or_refused(string form, string path)
    {
        var whole = File.ReadAllBytes(Path.Combine(databases[form], path));
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(databases[$"damaged {form}"], Path.GetDirectoryName(path)!)).FullName, Path.GetFileName(path));
        var random = new Random(form.Length);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 400; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var change = random.Next(1, 6); change > 0; change--)
                damaged[round % 2 == 0 ? random.Next(damaged.Length) : random.Next(Math.Min(8192, damaged.Length))] = (byte)random.Next(256);
            File.WriteAllBytes(file, round % 10 == 9 ? damaged[..random.Next(1, damaged.Length)] : damaged);
            try
            {
                Assert.True(databases.Read($"damaged {form}")!.Count <= whole.Length / 100);
                read++;
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }
        Assert.True(read > 0 && refused > 0, $"{read} were read, {refused} refused");
    }

    [Fact]
    public void Without_a_database_there_is_none()
    {
        Directory.CreateDirectory(databases["empty/var/lib/rpm"]);
        using var root = DirectoryHandle.Open(databases["empty"]);
        Assert.Null(RpmDatabase.TryRead(root));
        Assert.True(RpmDatabase.HasDirectory(root));
        File.WriteAllText(databases["empty/var/lib/rpm/Packages"], new string('x', 100));
        Assert.Contains("no hash of Berkeley DB", Assert.Throws<InvalidDataException>(() => RpmDatabase.TryRead(root)).Message, StringComparison.Ordinal);
    }
}
