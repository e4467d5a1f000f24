using System.Diagnostics;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>A tree with a trap in each place from which a build runs something, or git does. Looking at it springs none.</summary>
[Trait("Category", "Image")]
public sealed class TrappedTreeTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    public void Dispose() => folder.Dispose();

    string Sprung => folder["sprung"];

    string Trap => $"#!/bin/sh\necho \"$0\" >> '{Sprung}'\n";

    void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", folder["app"], .. arguments]) { RedirectStandardOutput = true })!;
        git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }

    void Write(string properties)
    {
        TinyImage.Write(folder, "app/app", properties);
        // BootstrapCommand, packagers' commands and all scripts.
        TinyImage.Program(folder, "app/make-root", Trap);
        var project = folder["app/app.imgproj"];
        File.WriteAllText(project, File.ReadAllText(project).Replace("=\"true\"", $"=\"{folder["app/make-root"]}\"", StringComparison.Ordinal));
        foreach (var place in (string[])["pre-install-scripts", "scripts", "post-cleanup-scripts", "tests", "files/bin"])
            TinyImage.Program(folder, $"app/{place}/trap", Trap);
        folder.Write("app/package-list", "less\n");
    }

    void TrapGit()
    {
        Git("init", "-q");
        Git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "first");
        foreach (var hook in (string[])["fsmonitor-watchman", "post-checkout", "post-index-change", "pre-commit", "reference-transaction", "post-rewrite"])
            TinyImage.Program(folder, $"app/.git/hooks/{hook}", Trap);
        var trap = folder["app/.git/hooks/pre-commit"];
        foreach (var setting in (string[])["core.fsmonitor", "core.sshCommand", "core.pager", "core.askPass", "diff.external", "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "credential.helper", "gpg.program", "core.editor"])
            Git("config", setting, setting == "credential.helper" ? $"!{trap}" : trap);
        Git("config", "remote.origin.url", $"ext::{trap}");
        folder.Write("app/.gitattributes", "* filter=trap diff=trap\n");
    }

    [SandboxTheory]
    [InlineData("")]
    [InlineData("<RestoreImageWithLockFile>true</RestoreImageWithLockFile>")]
    public void Looking_at_a_tree_runs_nothing_of_it(string properties)
    {
        Write(properties);
        TrapGit();
        folder.DotNet("msbuild", "app", "-getProperty:TargetPath", "-getItem:ImageScript");
        AssertNothingSprung("evaluation");
        // What the lock cannot say is an error: what counts is that nothing runs to find out.
        folder.Run("restore", "app");
        AssertNothingSprung("restore");
        folder.Run("build", "app", "--no-restore", "-t:CompileDesignTime", "-p:DesignTimeBuild=true", "-p:BuildingProject=false", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true");
        AssertNothingSprung("a design-time build");
        folder.Run("build", "app", "--no-restore", "-t:PrepareImage", "-p:RestoreImageWithLockFile=false");
        AssertNothingSprung("reading the project");

        // The traps do work.
        Assert.NotEqual(0, folder.Run("build", "app", "-tl:off", "-p:RestoreImageWithLockFile=false").ExitCode);
        Assert.True(File.Exists(Sprung));
        Assert.DoesNotContain(".git", File.ReadAllText(Sprung), StringComparison.Ordinal);
    }

    void AssertNothingSprung(string what) => Assert.False(File.Exists(Sprung), $"{what} ran {(File.Exists(Sprung) ? File.ReadAllText(Sprung) : "")}");
}

/// <summary>Cases that run programs in the sandbox.</summary>
sealed class SandboxTheoryAttribute : TheoryAttribute
{
    public SandboxTheoryAttribute() => Skip = new SandboxFactAttribute().Skip;
}
