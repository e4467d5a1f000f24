using System.Diagnostics;

namespace ImageSdk.Imaginator.Tests;

/// <summary>A repository that is built from while others push to it.</summary>
sealed class Repository(string directory)
{
    public string Url => $"file://{directory}";

    public static Repository Create(string directory)
    {
        Directory.CreateDirectory(directory);
        var repository = new Repository(directory);
        repository.Git("init", "--quiet", "--initial-branch=master");
        repository.Git("config", "uploadpack.allowFilter", "true");
        return repository;
    }

    public string Commit(params IEnumerable<(string Name, string Text)> files)
    {
        foreach (var (name, text) in files)
        {
            var file = Path.Combine(directory, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
            if (text.StartsWith("#!", StringComparison.Ordinal))
                File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        }
        Git("add", "--all");
        Git("-c", "user.name=Test", "-c", "user.email=test@example.com", "commit", "--quiet", "--allow-empty", "--message=change");
        return Git("rev-parse", "HEAD");
    }

    public string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", directory, .. arguments]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {process.ExitCode}");
    }
}
