using System.Diagnostics;

namespace ImageSdk.Building.Manifests;

/// <summary>The state of the repository that a manifest directory lies in.</summary>
/// <param name="CommitId">With "-dirty" behind it where the directory has changes that no commit has.</param>
/// <param name="Url">Of the remote "origin", without user name and password; empty where there is none.</param>
sealed record GitInfo(string Branch, string CommitId, string Url)
{
    /// <summary>Null outside a repository, where git is not installed, or where it refuses to read the repository.</summary>
    public static GitInfo? Find(string directory)
    {
        // What the build itself writes beside the manifest is no change of it. What has changed inside a submodule is for its own repository
        // to say, with its own configuration; that it is at another commit is a change.
        if (!IsInRepository(directory)
            || GitConfiguration.Parse(Run(directory, GitConfiguration.Harmless, "config", "--list", "--show-scope", "--null")) is not { } configuration
            || Run(directory, configuration.Overrides, "status", "--porcelain=v2", "--branch", "--ignore-submodules=dirty", "--", ".", ":(exclude)bin", ":(exclude)obj") is not { } status)
            return null;
        var lines = status.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var commit = Header("# branch.oid ");
        if (commit is null or "(initial)")
            return null;
        var branch = Header("# branch.head ");
        var isDirty = lines.Any(line => !line.StartsWith('#'));
        return new(branch is null or "(detached)" ? "" : branch, isDirty ? commit + "-dirty" : commit, WithoutCredentials(configuration.OriginUrl));

        string? Header(string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
    }

    static bool IsInRepository(string directory)
    {
        for (var folder = new DirectoryInfo(directory); folder is not null; folder = folder.Parent)
            if (Path.Exists(Path.Combine(folder.FullName, ".git")))
                return true;
        return false;
    }

    static string? Run(string directory, IReadOnlyList<KeyValuePair<string, string>> configuration, params string[] arguments)
    {
        // Reading must not write: a repository may be read-only, or another git at work in it.
        var start = new ProcessStartInfo("git", ["--no-optional-locks", "-C", directory, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        GitConfiguration.Apply(configuration, start.Environment);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    static string WithoutCredentials(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.UserInfo.Length > 0
            ? url.Replace(uri.UserInfo + "@", "", StringComparison.Ordinal)
            : url;
}
