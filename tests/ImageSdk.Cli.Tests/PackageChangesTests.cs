using System.Diagnostics;
using ImageSdk.Building.State;
using ImageSdk.Contracts.Locks;

namespace ImageSdk.Cli.Tests;

/// <summary>samples/ci/package-changes.sh, which comments on pull requests.</summary>
public class PackageChangesTests
{
    readonly TemporaryDirectory repository = new();

    [Fact]
    public void Locks_that_differ_from_a_commit_are_tables()
    {
        using var _ = repository;
        WriteLock("web server ä/image.lock.json", "1.0");
        WriteLock("same/image.lock.json", "1.0");
        Write("library/packages.lock.json", "{}");
        Git("init", "--quiet");
        Git("add", "--all");
        Git("-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "-m", "before");
        Assert.Equal("No packages change.\n", Changes());
        WriteLock("web server ä/image.lock.json", "2.0");
        Write("library/packages.lock.json", "{ }");
        WriteLock("new/image.lock.json", "1.0");
        Git("add", "--intent-to-add", "new");
        var text = Changes();
        Assert.Equal(
            [
                "### new", "", "A new image.", "",
                "### web server ä", "", "Compared with HEAD.", "", "| Package | | Before | Now |", "| --- | --- | --- | --- |", "| nginx:amd64 | upgraded | 1.0 | 2.0 |", "", "",
            ], text.Split('\n'));
        // A commit that is not there is git's error.
        var (exitCode, _, error) = Run("no-such-commit");
        Assert.True(exitCode != 0 && error.Contains("no-such-commit", StringComparison.Ordinal), error);
    }

    string Changes()
    {
        var (exitCode, output, error) = Run("HEAD");
        Assert.True(exitCode == 0, output + error);
        return output;
    }

    (int ExitCode, string Output, string Error) Run(string commit) =>
        Start(Path.Combine(FindRepository(), "samples/ci/package-changes.sh"), commit, "dotnet", typeof(CommandLineTool).Assembly.Location);

    static string FindRepository()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "ImageSdk.sln")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }

    void WriteLock(string name, string version)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(repository[name])!);
        ImageLockFile.Write(repository[name], new()
        {
            Architecture = "amd64", Source = new(LockedSourceType.Store, "base/a/1"),
            Install = new([], "", [], [], [new("nginx", version, "amd64", new string('a', 64), 10, "http://mirror.example/nginx.deb")]),
        });
    }

    void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(repository[name])!);
        File.WriteAllText(repository[name], text);
    }

    void Git(params string[] arguments)
    {
        var (exitCode, _, error) = Start("git", arguments);
        Assert.True(exitCode == 0, error);
    }

    (int ExitCode, string Output, string Error) Start(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = repository["."], RedirectStandardOutput = true, RedirectStandardError = true,
            // Of the user who runs the tests nothing counts.
            Environment = { ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_SYSTEM"] = "/dev/null" },
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
