using ImageSdk.Imaginator.Git;

namespace ImageSdk.Imaginator.Tests.Git;

public sealed class GitMirrorTests : IDisposable
{
    readonly Folder folder = new();
    readonly Repository repository;
    readonly GitMirrors mirrors;
    readonly GitUrl url;

    public GitMirrorTests()
    {
        repository = Repository.Create(folder["répo"]);
        mirrors = new(folder["state"], TimeProvider.System);
        url = GitUrl.Parse(repository.Url);
    }

    public void Dispose() => folder.Dispose();

    Task<GitTree> FetchAsync(string revision = "master", string path = "") => mirrors.FetchAsync(url, revision, path, CancellationToken.None);

    [Fact]
    public async Task A_directory_is_fetched_with_modes_and_links_and_nothing_else()
    {
        repository.Commit(("other/large", "not asked for"), ("a b/é/manifest", "{}"), ("a b/é/scripts/run", "#!/bin/sh\n"));
        File.CreateSymbolicLink(folder["répo/a b/é/link"], "nowhere");
        var commit = repository.Commit();
        var tree = await FetchAsync(path: "/a b/é/");
        Assert.Equal(commit, tree.CommitId);
        Assert.Equal(["link", "manifest", "scripts"], Directory.GetFileSystemEntries(tree.Directory).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("nowhere", new FileInfo(Path.Combine(tree.Directory, "link")).LinkTarget);
        Assert.Equal((UnixFileMode)0b111_101_101, File.GetUnixFileMode(Path.Combine(tree.Directory, "scripts/run")));
        Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(Path.Combine(tree.Directory, "manifest")));
    }

    [Fact]
    public async Task A_repository_that_has_not_changed_fetches_nothing()
    {
        repository.Commit(("d/manifest", "{}"), ("e/manifest", "{}"));
        var first = await FetchAsync(path: "d");
        var mirror = mirrors.Of(url);
        var fetched = mirror.FetchCount;
        var again = await FetchAsync(path: "d");
        Assert.Equal((first.Directory, first.CommitId), (again.Directory, again.CommitId));
        Assert.Equal(fetched, mirror.FetchCount);
        repository.Commit(("e/manifest", "{\"SourceImage\": \"x\"}"));
        var second = await FetchAsync(path: "d");
        Assert.NotEqual(first.CommitId, second.CommitId);
        // The same files are the same directory.
        Assert.Equal(first.Directory, second.Directory);
        Assert.Equal(fetched + 1, mirror.FetchCount);
    }

    [Fact]
    public async Task Branches_tags_and_commits_are_found()
    {
        var first = repository.Commit(("manifest", "1"));
        repository.Git("tag", "light");
        repository.Git("-c", "user.name=T", "-c", "user.email=t@example.com", "tag", "--annotate", "--message=m", "heavy");
        var second = repository.Commit(("manifest", "2"));
        repository.Git("checkout", "--quiet", "-b", "topic/x");
        var third = repository.Commit(("manifest", "3"));
        repository.Git("checkout", "--quiet", "master");
        foreach (var (revision, commit) in new[] { ("master", second), ("light", first), ("heavy", first), ("topic/x", third), (first, first), (second[..10], second), ("HEAD", second) })
        {
            var tree = await FetchAsync(revision);
            Assert.Equal((revision, commit), (revision, tree.CommitId));
            Assert.Equal(commit == first ? "1" : commit == second ? "2" : "3", File.ReadAllText(Path.Combine(tree.Directory, "manifest")));
        }
    }

    [Theory]
    [InlineData("nosuch", "", "no branch, tag or commit \"nosuch\"")]
    [InlineData("abcdef012345", "", "no branch, tag or commit \"abcdef012345\"")]
    [InlineData("0123456789012345678901234567890123456789", "", "error running: git fetch")]
    [InlineData("--upload-pack=touch /tmp/x", "", "is no name")]
    [InlineData("master", "none", "none does not exist in repository")]
    [InlineData("master", "d/manifest", "d/manifest exists in repository but is not a directory")]
    [InlineData("master", "../x", "../x does not exist in repository")]
    public async Task What_cannot_be_had_is_said(string revision, string path, string expected)
    {
        repository.Commit(("d/manifest", "{}"));
        var problem = await Assert.ThrowsAsync<GitException>(() => FetchAsync(revision, path));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_in_no_message_file_or_command_line()
    {
        var secret = GitUrl.Parse("http://user:geheim@127.0.0.1:1/x.git");
        var problem = await Assert.ThrowsAsync<GitException>(() => mirrors.FetchAsync(secret, "master", "", CancellationToken.None));
        Assert.DoesNotContain("geheim", problem.ToString(), StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(folder["state"], "*", SearchOption.AllDirectories))
            Assert.DoesNotContain("geheim", File.ReadAllText(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifests_of_a_whole_repository_are_read_at_once()
    {
        var commit = repository.Commit(("manifest", "0"), ("a/manifest", "1"), ("a/b/manifest", "2"), ("a/manifesto", "3"));
        var mirror = mirrors.Of(url);
        Assert.Equal(commit, await mirror.ResolveAsync(url, "master", CancellationToken.None));
        var texts = await mirror.ReadFilesAsync(url, commit, "manifest", CancellationToken.None);
        Assert.Equal([("", "0"), ("a", "1"), ("a/b", "2")], texts.OrderBy(each => each.Key).Select(each => (each.Key, each.Value)));
        Assert.Equal("1", await mirror.ReadFileAsync(url, commit, "a/manifest", CancellationToken.None));
    }

    [Fact]
    public async Task What_is_cancelled_leaves_no_directory()
    {
        repository.Commit(("d/manifest", "{}"));
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mirrors.FetchAsync(url, "master", "d", cancelled.Token));
        Assert.False(Directory.Exists(folder["state/trees"]));
    }
}
