using System.Text;
using ImageSdk.Archives;
using ImageSdk.Debian.Dpkg;
using ImageSdk.Debian.Fetching;
using ImageSdk.Layers;
using ImageSdk.Posix;

namespace ImageSdk.Building.Tests.DebianPackages;

public sealed class DpkgDatabaseTests : IDisposable
{
    readonly string folder = TestHost.NewFolder();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_entry_says_what_dpkg_says_of_an_unpacked_package()
    {
        var architecture = SamplePackage.Run("dpkg", "--print-architecture").Trim();
        var tree = Path.Combine(folder, "tree");
        ImageWorkspace.Write(tree, "etc/sample.conf", "colour=blue\n");
        ImageWorkspace.Write(tree, "usr/share/sample/ünï code", "x");
        ImageWorkspace.Write(tree, "DEBIAN/control",
            $"Package: sample\nVersion: 1:2-3\nArchitecture: {architecture}\nMulti-Arch: same\nMaintainer: Nobody <n@example.org>\nX-Own: kept\nDescription: sample\n more of it\n .\n end\n");
        ImageWorkspace.Write(tree, "DEBIAN/conffiles", "/etc/sample.conf\n");
        ImageWorkspace.Write(tree, "DEBIAN/triggers", "# a comment\ninterest-noawait /usr/share/things\ninterest sample-changed\nactivate-noawait ldconfig\n");
        ImageWorkspace.Write(tree, "DEBIAN/md5sums", "9dd4e461268c8034f5c8564e155c67a6  usr/share/sample/ünï code\n");
        ImageWorkspace.Write(tree, "DEBIAN/postinst", "#!/bin/sh\nexit 0\n");
        var deb = Path.Combine(folder, "sample.deb");
        SamplePackage.Run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, deb);
        var package = SamplePackage.Describe("sample", "1:2-3", deb) with { Architecture = architecture };
        Directory.CreateDirectory(Path.Combine(folder, "session"));
        var cached = Assert.Single(await new PackageFetcher(new LayerStore(Path.Combine(folder, "cache"), 0), Path.Combine(folder, "session"), new RecordingListener(), ExpansionLimit.Default)
            .FetchAsync([package], CancellationToken.None));

        // No script of it runs before it is configured, so dpkg needs no rights but the user's.
        var theirs = NewRoot("theirs");
        SamplePackage.Run("dpkg", "--force-not-root", "--force-script-chrootless", "--log=/dev/null", $"--root={theirs}", "--unpack", deb);
        var ours = NewRoot("ours");
        var read = NewPackage.Read([cached], CancellationToken.None);
        Assert.Equal(["/usr/share/things"], Assert.Single(read).Control.FileInterests);
        using (var root = DirectoryHandle.Open(ours))
            new DpkgDatabase(root).Add(read);

        Assert.Equal(Entries(theirs), Entries(ours));
        var expected = Fields(Path.Combine(theirs, "var/lib/dpkg/status"));
        var actual = Fields(Path.Combine(ours, "var/lib/dpkg/status"));
        // The configuration file is in place already, so that it is known and not new.
        Assert.Contains(" /etc/sample.conf newconffile", expected);
        Assert.Contains($" /etc/sample.conf {Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData("colour=blue\n"u8))}", actual);
        Assert.Equal(expected.Where(line => !line.Contains("/etc/sample.conf")), actual.Where(line => !line.Contains("/etc/sample.conf")));
    }

    [Fact]
    public void It_knows_what_goes_elsewhere_and_what_has_another_owner()
    {
        var path = NewRoot("overridden");
        File.WriteAllText(Path.Combine(path, "var/lib/dpkg/diversions"), "/usr/bin/a b\n/usr/bin/a.real\npackage\n/usr/bin/c\n/usr/bin/c.distrib\n:\n");
        File.WriteAllText(Path.Combine(path, "var/lib/dpkg/statoverride"), "root daemon 2755 /usr/bin/with blank\n#0 #10 600 /etc/x\n");
        using var root = DirectoryHandle.Open(path);
        Assert.Equal(
            ["etc/x", "usr/bin/a b", "usr/bin/a.real", "usr/bin/c", "usr/bin/c.distrib", "usr/bin/with blank"],
            new DpkgDatabase(root).ReadOverrides().Select(path => path.ToString()).Order(StringComparer.Ordinal));
    }

    /// <summary>By these the own unpacker leaves packages to dpkg, which runs triggers.</summary>
    [Fact]
    public void It_knows_on_which_paths_there_are_triggers()
    {
        var path = NewRoot("triggers");
        File.WriteAllText(Path.Combine(path, "var/lib/dpkg/triggers/File"), "/usr/share/man man-db/noawait\n/etc/with blank a\n\n");
        File.WriteAllText(Path.Combine(path, "var/lib/dpkg/triggers/ldconfig"), "libc-bin\n");
        using var root = DirectoryHandle.Open(path);
        Assert.Equal(["/usr/share/man", "/etc/with blank"], new DpkgDatabase(root).ReadInterests());
    }

    string NewRoot(string name)
    {
        var root = Path.Combine(folder, name);
        foreach (var directory in new[] { "info", "triggers", "updates" })
            Directory.CreateDirectory(Path.Combine(root, "var/lib/dpkg", directory));
        File.WriteAllText(Path.Combine(root, "var/lib/dpkg/status"), "");
        return root;
    }

    static string[] Fields(string status) => [.. File.ReadAllLines(status).Order(StringComparer.Ordinal)];

    /// <summary>All files of the database but the list of packages, with mode and content.</summary>
    static string[] Entries(string root) =>
    [
        .. new[] { "info", "triggers" }.SelectMany(directory => Directory.EnumerateFiles(Path.Combine(root, "var/lib/dpkg", directory)))
            .Where(file => Path.GetFileName(file) is not ("Lock" or "Unincorp")).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetRelativePath(root, file)} {File.GetUnixFileMode(file)} {File.ReadAllText(file, Encoding.UTF8)}"),
    ];
}
