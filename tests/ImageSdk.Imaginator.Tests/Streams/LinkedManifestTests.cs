using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Streams;

namespace ImageSdk.Imaginator.Tests.Streams;

/// <summary>Streams that share what lies elsewhere in their repository.</summary>
public sealed class LinkedManifestTests : IDisposable
{
    readonly Folder folder = new();
    readonly Repository repository;
    readonly GitMirrors mirrors;
    readonly GitUrl url;

    public LinkedManifestTests()
    {
        repository = Repository.Create(folder["répo"]);
        mirrors = new(folder["state"], TimeProvider.System);
        url = GitUrl.Parse(repository.Url);
    }

    public void Dispose() => folder.Dispose();

    void Link(string name, string target)
    {
        var path = Path.Combine(folder["répo"], name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(path, target);
    }

    async Task<GitTree> FetchAsync(string path)
    {
        using var tree = await mirrors.FetchAsync(url, "master", path, CancellationToken.None);
        return await new LinkedManifests(mirrors).ResolveAsync(url, tree, path, CancellationToken.None);
    }

    static string Read(GitTree tree, string name) => File.ReadAllText(Path.Combine(tree.Directory, name));

    [Fact]
    public async Task A_link_to_what_is_elsewhere_in_the_repository_becomes_that()
    {
        repository.Commit(
            ("streams/a b/manifest", "{}"), ("streams/a b/scripts/20-own", "#!/bin/sh\n"), ("common/ünit, with comma", "#!/bin/sh\necho common\n"), ("common/package-list", "vim\n"),
            ("common/tests/one", "1"), ("common/tests/deep/two", "2"), ("common/files/etc/motd", "hello\n"), ("streams/shared/x", "x"));
        Link("streams/a b/scripts/10-common", "../../../common/ünit, with comma");
        Link("streams/a b/package-list", "../../common/package-list");
        Link("streams/a b/tests", "../../common/tests");
        Link("streams/a b/files", "../../common/files");
        Link("streams/a b/self", "../a b/manifest");
        // Links of the image stay what they are, wherever they lead.
        Link("common/files/etc/localtime", "/usr/share/zoneinfo/UTC");
        Link("common/files/etc/up", "../../../..");
        // A link in what is shared leads to where it leads there.
        Link("common/tests/deep/beside", "two");
        Link("common/tests/deep/above", "../../../streams/shared/x");
        repository.Commit();
        using var tree = await FetchAsync("streams/a b");
        Assert.Equal("#!/bin/sh\necho common\n", Read(tree, "scripts/10-common"));
        Assert.Null(new FileInfo(Path.Combine(tree.Directory, "scripts/10-common")).LinkTarget);
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(Path.Combine(tree.Directory, "scripts/10-common")));
        Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(Path.Combine(tree.Directory, "package-list")));
        Assert.Equal(("vim\n", "1", "2", "2", "x", "hello\n", "{}"),
            (Read(tree, "package-list"), Read(tree, "tests/one"), Read(tree, "tests/deep/two"), Read(tree, "tests/deep/beside"), Read(tree, "tests/deep/above"), Read(tree, "files/etc/motd"), Read(tree, "self")));
        Assert.Equal("/usr/share/zoneinfo/UTC", new FileInfo(Path.Combine(tree.Directory, "files/etc/localtime")).LinkTarget);
        Assert.Equal("../../../..", new FileInfo(Path.Combine(tree.Directory, "files/etc/up")).LinkTarget);
        ManifestLinks.RequireInside(tree.Directory);
    }

    [Fact]
    public async Task What_a_link_leads_to_may_change()
    {
        repository.Commit(("a/manifest", "{}"), ("common/x", "1"), ("later/x", "3"));
        Link("a/x", "../common/x");
        repository.Commit();
        using (var first = await FetchAsync("a"))
            Assert.Equal("1", Read(first, "x"));
        repository.Commit(("common/x", "2"));
        using (var second = await FetchAsync("a"))
            Assert.Equal("2", Read(second, "x"));
        // By way of another link.
        Directory.Delete(folder["répo/common"], recursive: true);
        Link("common", "later");
        repository.Commit();
        using var third = await FetchAsync("a");
        Assert.Equal("3", Read(third, "x"));
    }

    [Theory]
    [InlineData("scripts/x", "/etc/passwd")]
    [InlineData("scripts/x", "../../../outside")]
    [InlineData("scripts/x", "../../common/nothing")]
    [InlineData("scripts/x", "../../common/out")]
    [InlineData("scripts/x", "../../common/loop")]
    [InlineData("scripts", "../..")]
    [InlineData("scripts", "../a")]
    [InlineData("scripts", "..")]
    [InlineData("manifest-2", "../common/deep/self")]
    public async Task What_is_outside_of_the_repository_is_refused(string link, string target)
    {
        repository.Commit(("a/manifest", "{}"), ("common/x", "1"), ("common/deep/y", "1"));
        Link("common/out", "/etc/passwd");
        Link("common/loop", "loop");
        Link("common/deep/self/again", "../../deep");
        Link($"a/{link}", target);
        repository.Commit();
        var error = (await Assert.ThrowsAsync<BuildException>(() => FetchAsync("a"))).Diagnostic;
        Assert.Equal("IMG1364", error.Code);
        Assert.DoesNotContain(Directory.EnumerateDirectories(folder["state/trees"]), directory => directory.EndsWith('~'));
    }

    [Fact]
    public async Task A_directory_without_such_links_is_left_as_it_is()
    {
        repository.Commit(("a/manifest", "{}"), ("a/common/x", "1"));
        Link("a/scripts/x", "../common/x");
        Link("a/files/etc/x", "/anywhere");
        repository.Commit();
        using var tree = await FetchAsync("a");
        Assert.Equal("../common/x", new FileInfo(Path.Combine(tree.Directory, "scripts/x")).LinkTarget);
        Assert.Single(Directory.EnumerateDirectories(folder["state/trees"]));
    }
}
