using System.Diagnostics;
using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>eng/release.sh, in a repository of the files that it looks at, with a dotnet that notes what it is asked for.</summary>
public sealed class ReleaseScriptTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("imagesdk release é ").FullName;
    readonly string root;

    public ReleaseScriptTests()
    {
        root = Path.Combine(folder, "repository");
        foreach (var file in (string[])["eng/common.sh", "eng/release.sh"])
            Write(file, Repository.Read(file));
        Write("samples/global.json", """{ "msbuild-sdks": { "ImageSdk": "4.5.6" } }""");
        Write("Directory.Build.props", "<Project><PropertyGroup><VersionPrefix>4.5.6</VersionPrefix></PropertyGroup></Project>");
        Write("CHANGELOG.md", "## Unreleased\n\n## 4.5.6 (2026-01-31)\n");
        Write(".gitignore", "artifacts/\n");
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        var dotnet = Path.Combine(folder, "bin", "dotnet");
        File.WriteAllText(dotnet, """
            #!/bin/sh
            case $1 in --list-sdks) echo "10.0.100 [/sdk]"; exit ;; esac
            echo "$*" > "$NOTES"
            mkdir -p artifacts/release
            : > artifacts/release/packed
            """);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Git("init", "--quiet");
        Commit();
    }

    string Notes => Path.Combine(folder, "notes");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    void Write(string file, string text)
    {
        var path = Path.Combine(root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    void Commit()
    {
        Git("add", "--all");
        Git("-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "--quiet", "--allow-empty", "--message", "State");
    }

    void Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = root })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }

    (int ExitCode, string Text) Release(params string[] arguments)
    {
        var start = new ProcessStartInfo("sh", [Path.Combine(root, "eng/release.sh"), .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Path.Combine(folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["NOTES"] = Notes;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    [Fact]
    public void A_tagged_commit_is_packed_with_the_version_of_its_tag()
    {
        Git("tag", "v4.5.6");
        var (exitCode, text) = Release("-p:More=a b");
        Assert.True(exitCode == 0, text);
        Assert.Contains("packed", text);
        var asked = File.ReadAllText(Notes);
        Assert.Contains("pack ImageSdk.sln -c Release", asked);
        Assert.Contains("-p:VersionFromTag=true", asked);
        Assert.Contains("-p:More=a b", asked);
    }

    [Fact]
    public void A_commit_without_a_tag_is_no_release()
    {
        Git("tag", "v4.5.6");
        Commit();
        Refused("no tag of a release");
    }

    [Fact]
    public void Uncommitted_changes_are_no_release()
    {
        Git("tag", "v4.5.6");
        Write("new file", "");
        Refused("uncommitted changes");
    }

    [Theory]
    [InlineData("samples/global.json")]
    [InlineData("Directory.Build.props")]
    [InlineData("CHANGELOG.md")]
    public void A_file_that_has_another_version_is_named(string file)
    {
        Write(file, File.ReadAllText(Path.Combine(root, file)).Replace("4.5.6", "4.5.7"));
        Commit();
        Git("tag", "v4.5.6");
        Refused(file);
    }

    void Refused(string reason)
    {
        var (exitCode, text) = Release();
        Assert.Equal(1, exitCode);
        Assert.Contains(reason, text);
        Assert.False(File.Exists(Notes), "packed all the same");
    }
}
