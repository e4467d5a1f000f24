using System.Diagnostics;
using ImageSdk.Building.Manifests;

namespace ImageSdk.Building.Tests.Manifests;

public sealed class GitInfoTests : IDisposable
{
    readonly string repository = Directory.CreateTempSubdirectory("git ").FullName;
    readonly string manifest;

    public GitInfoTests()
    {
        manifest = Path.Combine(repository, "images", "one");
        Directory.CreateDirectory(manifest);
        File.WriteAllText(Path.Combine(manifest, "manifest"), "{}");
    }

    public void Dispose() => Directory.Delete(repository, recursive: true);

    string Git(params string[] arguments)
    {
        string[] identity = ["-C", repository, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=trunk"];
        using var process = Process.Start(new ProcessStartInfo("git", [.. identity, .. arguments]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }

    [Fact]
    public void Outside_a_repository_there_is_nothing() => Assert.Null(GitInfo.Find(manifest));

    [Fact]
    public void Commit_branch_and_address_are_those_of_the_repository()
    {
        Git("init", "-q");
        Assert.Null(GitInfo.Find(manifest)); // Nothing is committed yet.
        Git("add", ".");
        Git("commit", "-q", "-m", "one");
        Git("remote", "add", "origin", "https://user:secret@git.example.com/images.git");
        var commit = Git("rev-parse", "HEAD");
        Assert.Equal(new GitInfo("trunk", commit, "https://git.example.com/images.git"), GitInfo.Find(manifest));

        // What a build writes does not count, a change elsewhere neither.
        Directory.CreateDirectory(Path.Combine(manifest, "obj"));
        File.WriteAllText(Path.Combine(manifest, "obj", "plan.json"), "");
        File.WriteAllText(Path.Combine(repository, "elsewhere"), "");
        Assert.Equal(commit, GitInfo.Find(manifest)!.CommitId);

        File.WriteAllText(Path.Combine(manifest, "filter"), "");
        Assert.Equal(commit + "-dirty", GitInfo.Find(manifest)!.CommitId);

        Git("checkout", "-q", "--detach");
        Assert.Equal("", GitInfo.Find(manifest)!.Branch);
    }
}
