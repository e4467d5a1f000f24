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

    /// <summary>Trees that git calls clean, and other readers of repositories do not or cannot read.</summary>
    [Theory]
    [InlineData("sha256", "init -q --object-format=sha256")]
    [InlineData("split index", "update-index --split-index")]
    [InlineData("fourth index", "update-index --index-version 4")]
    [InlineData("sparse", "sparse-checkout set --no-cone /images/one/in")]
    [InlineData("sparse index", "sparse-checkout set --cone --sparse-index images/one/in")]
    [InlineData("encoding", "status")]
    public void A_clean_tree_of_any_form_is_clean(string form, string command)
    {
        var words = command.Split(' ');
        Git(form == "sha256" ? words : ["init", "-q"]);
        foreach (var name in (string[])["in", "out"])
        {
            Directory.CreateDirectory(Path.Combine(manifest, name));
            File.WriteAllText(Path.Combine(manifest, name, "file"), name);
        }
        File.WriteAllText(Path.Combine(manifest, ".gitattributes"), "*.t working-tree-encoding=UTF-16LE\n");
        var encoded = Path.Combine(manifest, "in", "größe.t");
        File.WriteAllText(encoded, "text\n", new System.Text.UnicodeEncoding(bigEndian: false, byteOrderMark: false));
        Git("add", ".");
        Git("commit", "-q", "-m", "one");
        if (form != "sha256")
            Git(words);
        if (File.Exists(encoded))
            File.SetLastWriteTimeUtc(encoded, DateTime.UtcNow.AddMinutes(-1));

        Assert.Equal(Git("rev-parse", "HEAD"), GitInfo.Find(manifest)!.CommitId);
        Assert.Equal(!form.StartsWith("sparse", StringComparison.Ordinal), Directory.Exists(Path.Combine(manifest, "out")));

        File.WriteAllText(Path.Combine(manifest, "in", "file"), "changed");
        Assert.EndsWith("-dirty", GitInfo.Find(manifest)!.CommitId, StringComparison.Ordinal);
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
