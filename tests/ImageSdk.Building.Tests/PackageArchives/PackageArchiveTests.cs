using System.Text;
using ImageSdk.Building.Tests.DebianPackages;
using ImageSdk.Building.Tests.Downloads;
using ImageSdk.Contracts.Projects;
using ImageSdk.Contracts.Stages;
using ImageSdk.Images;

namespace ImageSdk.Building.Tests.PackageArchives;

/// <summary>Archives that a project adds to an image's own, from the key to what is left of them.</summary>
public class PackageArchiveTests(BaseImage @base) : IClassFixture<BaseImage>
{
    (ImageProject Project, SignedArchive Archive) New(string name, string place = "archive", string suite = "bookworm", string package = "extra")
    {
        var (project, directory) = @base.New(name);
        var folder = Path.Combine(@base.Workspace.Folder, $"repositories of {name}");
        var own = new LocalRepository(Path.Combine(folder, "own"));
        own.Add("one");
        var archive = new SignedArchive(folder, place, package, suite);
        return (own.Use(project, directory) with { Packages = ["one", package] }, archive);
    }

    static ImageProject With(ImageProject project, params PackageArchive[] archives) => project with { Archives = archives };

    static IEnumerable<string> Traces(BuildResult built) => built.Tree.Walk().Select(entry => entry.Path.ToString()).Where(path => path.StartsWith("/etc/apt/", StringComparison.Ordinal) || path.StartsWith("/var/lib/apt/lists/", StringComparison.Ordinal));

    [ImageFact]
    public async Task An_archive_comes_with_its_key_and_pin_and_stays()
    {
        var (project, archive) = New("archive kept");
        using var _ = archive;
        project = With(project, new PackageArchive("my.archive") { Uris = [archive.Address], KeyFile = archive.WriteKey(armored: true), Fingerprint = $"0x{archive.Key.Fingerprints[0]}", Architectures = ["amd64"], PinPriority = 600 });
        var built = await @base.Workspace.BuildAndPublishAsync(project);
        Assert.NotNull(built.Find("/usr/share/extra/version"));
        Assert.Equal(
            $"# ImagePackageArchive my.archive\nTypes: deb\nURIs: {archive.Address}\nSuites: bookworm\nComponents: main\nArchitectures: amd64\nSigned-By: /etc/apt/keyrings/my.archive.gpg\n",
            @base.Workspace.ReadFile(project, "/etc/apt/sources.list.d/my.archive.sources"));
        Assert.Equal("Package: *\nPin: origin \"127.0.0.1\"\nPin-Priority: 600\n", @base.Workspace.ReadFile(project, "/etc/apt/preferences.d/my.archive.pref"));
        Assert.Equal((ulong)archive.Key.Export().Length, Assert.IsType<RegularInode>(built.Find("/etc/apt/keyrings/my.archive.gpg")).Size);
        Assert.Equal(0x1A4u, (uint)Assert.IsType<RegularInode>(built.Find("/etc/apt/keyrings/my.archive.gpg")).Mode & 0xFFF);
        Assert.Empty((await @base.Workspace.BuildAsync(project)).Ran);
        // Another key of the same owner is another image.
        archive.Key.AddSubkey();
        archive.WriteKey();
        Assert.Contains(ImageStage.CopyFiles, (await @base.Workspace.BuildAsync(project)).Ran);
    }

    [ImageFact]
    public async Task An_archive_that_is_not_kept_leaves_no_trace()
    {
        var (project, archive) = New("archive not kept");
        using var _ = archive;
        var without = await @base.Workspace.BuildAsync(project with { Stream = "test/archive-without", Packages = ["one"], ImageFile = Path.Combine(@base.Workspace.Folder, "bin", "without.image") });
        var built = await @base.Workspace.BuildAsync(With(project, new PackageArchive("gone") { Uris = [archive.Address + "/"], KeyFile = archive.WriteKey(), PinPriority = 990, Keep = false }));
        Assert.NotNull(built.Find("/usr/share/extra/version"));
        Assert.Equal(Traces(without), Traces(built));
        Assert.DoesNotContain(built.Tree.Walk(), entry => entry.Path.ToString().Contains("gone", StringComparison.Ordinal));
    }

    [ImageFact]
    public async Task Each_fault_of_an_archive_is_one_error_that_names_it()
    {
        var (project, archive) = New("archive faults");
        using var _ = archive;
        using var other = new SigningKey();
        var good = new PackageArchive("faulty") { Uris = [archive.Address], KeyFile = archive.WriteKey() };
        var wrong = other.WriteTo(Path.Combine(@base.Workspace.Folder, "wrong.gpg"));
        await Fail("IMG4393", good with { KeyFile = wrong });
        await Fail("IMG4391", good with { KeyFile = wrong, Fingerprint = archive.Key.Fingerprints[0] });
        await Fail("IMG4390", good with { KeyFile = wrong + ".missing" });
        File.WriteAllText(wrong, "no key");
        await Fail("IMG4390", good with { KeyFile = wrong });
        Assert.Contains("trixie", await Fail("IMG4394", good with { Suites = ["trixie"] }), StringComparison.Ordinal);
        Assert.Contains("no-such", await Fail("IMG4395", good, "no-such"), StringComparison.Ordinal);
        archive.Fault = ServerFault.Unavailable;
        Assert.Contains(archive.Address, (await @base.Workspace.FailAsync(With(project, good with { PinPriority = 1 }))).Message, StringComparison.Ordinal);

        async Task<string> Fail(string code, PackageArchive archive, params string[] packages)
        {
            var error = (await @base.Workspace.FailAsync(With(project, archive) with { Packages = [.. project.Packages, .. packages] })).Diagnostic;
            Assert.Equal(code, error.Code);
            Assert.Contains("faulty", error.Message, StringComparison.Ordinal);
            return error.Message;
        }
    }

    [ImageFact]
    public async Task A_personal_archive_is_looked_up_at_Launchpad()
    {
        var (project, archive) = New("archive of ppa", "owner/name/ubuntu", package: "personal");
        using var _ = archive;
        using var launchpad = new ContentServer();
        using var stranger = new SigningKey();
        var fingerprint = archive.Key.Fingerprints[0];
        launchpad.Contents["1.0/~owner/+archive/ubuntu/name"] = Encoding.UTF8.GetBytes($$"""{"private": false, "signing_key_fingerprint": "{{fingerprint}}"}""");
        launchpad.Contents["1.0/~owner/+archive/ubuntu/empty"] = """{"signing_key_fingerprint": null}"""u8.ToArray();
        // A server of keys may add what it likes.
        launchpad.Contents["pks/lookup"] = [.. stranger.Export(armored: true), .. "\n"u8, .. archive.Key.Export(armored: true)];
        var address = $"http://127.0.0.1:{launchpad.Port}";
        project = With(project, new PackageArchive("ppa:owner/name") { PinPriority = 700 }) with { Launchpad = new(address, archive.ServerAddress, address) };
        var built = await @base.Workspace.BuildAndPublishAsync(project);
        Assert.NotNull(built.Find("/usr/share/personal/version"));
        Assert.Equal((ulong)archive.Key.Export().Length, Assert.IsType<RegularInode>(built.Find("/etc/apt/keyrings/ppa-owner-name.gpg")).Size);
        Assert.Contains($"URIs: {archive.Address}\n", @base.Workspace.ReadFile(project, "/etc/apt/sources.list.d/ppa-owner-name.sources"), StringComparison.Ordinal);
        Assert.Contains("Pin: release o=LP-PPA-owner-name\n", @base.Workspace.ReadFile(project, "/etc/apt/preferences.d/ppa-owner-name.pref"), StringComparison.Ordinal);
        // What was looked up is known for a day.
        var asked = launchpad.Requests.Count;
        Assert.Empty((await @base.Workspace.BuildAsync(project)).Ran);
        Assert.Equal(asked, launchpad.Requests.Count);

        await Fail("IMG4392", "ppa:owner/unknown");
        await Fail("IMG4392", "ppa:owner/empty");
        launchpad.Contents["1.0/~owner/+archive/ubuntu/other"] = Encoding.UTF8.GetBytes($$"""{"signing_key_fingerprint": "{{new string('A', 40)}}"}""");
        await Fail("IMG4391", "ppa:owner/other");
        launchpad.Contents["1.0/~owner/+archive/ubuntu/keyless"] = Encoding.UTF8.GetBytes($$"""{"signing_key_fingerprint": "{{new string('B', 40)}}"}""");
        launchpad.Contents.TryRemove("pks/lookup", out var _);
        await Fail("IMG4390", "ppa:owner/keyless");

        async Task Fail(string code, string name)
        {
            var error = (await @base.Workspace.FailAsync(With(project, new PackageArchive(name)))).Diagnostic;
            Assert.Equal(code, error.Code);
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ppa:owner")]
    [InlineData("ppa:Owner/name")]
    [InlineData("ppa:owner/../name")]
    [InlineData("a/b", "http://host/")]
    [InlineData("..", "http://host/")]
    [InlineData("a b", "http://host/")]
    [InlineData("a")]
    [InlineData("a", "host/path")]
    [InlineData("a", "rsh:host/path")]
    [InlineData("a", "file:path")]
    [InlineData("a", "http:")]
    [InlineData("a", "http://host/\nTrusted: yes")]
    [InlineData("a", "http://host/", "suite\nTrusted:yes")]
    [InlineData("a", "http://host/", "./", "main")]
    [InlineData("ppa:owner/name", "http://host/")]
    public void Archives_are_checked_before_anything_is_asked(string name, string uri = "", string suite = "", string component = "")
    {
        var archive = new PackageArchive(name)
        {
            Uris = uri.Length > 0 ? [uri] : [], Suites = suite.Length > 0 ? [suite] : [], Components = component.Length > 0 ? [component] : [], Fingerprint = name.StartsWith("ppa", StringComparison.Ordinal) ? "" : new('A', 40),
        };
        var error = Assert.Throws<Contracts.Diagnostics.BuildException>(() => Building.PackageArchives.ArchiveCheck.Check([archive], new(), "/p.imgproj"));
        Assert.Equal("IMG1393", error.Diagnostic.Code);
    }

    [Theory]
    [InlineData("file:/srv/archive")]
    [InlineData("file:///srv/an%20archive")]
    [InlineData("copy:/srv/archive")]
    [InlineData("https://host:8443/debian")]
    public void Addresses_are_those_that_apt_takes(string uri) =>
        Building.PackageArchives.ArchiveCheck.Check([new("a") { Uris = [uri], Suites = ["./"], Fingerprint = new('A', 40) }], new(), "/p.imgproj");

    [Fact]
    public void Two_archives_never_share_files()
    {
        PackageArchive[] archives = [new("ppa:a/b-c"), new("ppa:a-b/c")];
        Assert.Equal("IMG1393", Assert.Throws<Contracts.Diagnostics.BuildException>(() => Building.PackageArchives.ArchiveCheck.Check(archives, new(), "/p")).Diagnostic.Code);
        Assert.Equal("IMG1394", Assert.Throws<Contracts.Diagnostics.BuildException>(() => Building.PackageArchives.ArchiveCheck.Check([archives[0]], new(KeyServer: "file:///etc"), "/p")).Diagnostic.Code);
    }
}
