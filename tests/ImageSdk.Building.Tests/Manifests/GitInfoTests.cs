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

    /// <summary>Every place that reading the state could run something from: monitor, hooks, filters by attributes, a submodule's own.</summary>
    [Fact]
    public void Reading_runs_nothing_that_the_repository_names()
    {
        var sprung = Path.Combine(repository, "..", Path.GetFileName(repository) + " sprung");
        var trap = Path.Combine(repository, "trap");
        File.WriteAllText(trap, $"#!/bin/sh\necho \"$0 $*\" >> '{sprung}'\ncat 2>/dev/null\n");
        File.SetUnixFileMode(trap, (UnixFileMode)0b111_101_101);
        Git("init", "-q");
        var module = Path.Combine(manifest, "module");
        Git("init", "-q", module);
        Git("-C", module, "commit", "-q", "--allow-empty", "-m", "module");
        File.WriteAllText(Path.Combine(manifest, ".gitattributes"), "*.a filter=one\n*.b filter=a=b\n*.c filter=process\n");
        foreach (var name in new[] { "x.a", "x.b", "x.c" })
            File.WriteAllText(Path.Combine(manifest, name), "content\n");
        Git("add", ".");
        Git("commit", "-q", "-m", "one");
        var commit = Git("rev-parse", "HEAD");
        File.AppendAllText(Path.Combine(repository, ".git/config"), $"""
            [core]
              fsmonitor = "'{trap}' fsmonitor"
              hooksPath = "{repository}"
              sshCommand = "'{trap}' ssh"
            [filter "one"]
              clean = "'{trap}' clean"
              required = true
            [filter "a=b"]
              clean = "'{trap}' clean-b"
            [filter "process"]
              process = "'{trap}' process"
            [include]
              path = more
            """);
        File.WriteAllText(Path.Combine(repository, ".git/more"), $"[filter \"one\"]\n  smudge = \"'{trap}' smudge\"\n");
        File.AppendAllText(Path.Combine(module, ".git/config"), $"[core]\n  fsmonitor = \"'{trap}' module\"\n");
        File.Copy(trap, Path.Combine(repository, "post-index-change"));
        File.WriteAllText(Path.Combine(module, "new"), "");
        // Other times than those in the index: git has to look into the files.
        foreach (var name in new[] { "x.a", "x.b", "x.c" })
            File.WriteAllText(Path.Combine(manifest, name), "content\n");
        try
        {
            Assert.Equal(commit, GitInfo.Find(manifest)!.CommitId);
            Assert.False(File.Exists(sprung), File.Exists(sprung) ? File.ReadAllText(sprung) : "");

            // The traps do work.
            Git("status");
            Assert.True(File.Exists(sprung));
        }
        finally
        {
            File.Delete(sprung);
        }
    }
}
