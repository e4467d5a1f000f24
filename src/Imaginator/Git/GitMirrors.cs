using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Imaginator.Git;

/// <summary>The local copies of all repositories, and the directories of them that builds read.</summary>
/// <param name="root">Where they lie.</param>
/// <param name="time">Says what has not been used for long.</param>
sealed class GitMirrors(string root, TimeProvider time)
{
    /// <summary>How long a directory that no build uses is kept.</summary>
    static readonly TimeSpan keptFor = TimeSpan.FromDays(7);

    readonly ConcurrentDictionary<string, GitMirror> mirrors = new(StringComparer.Ordinal);
    readonly SemaphoreSlim exporting = new(1);

    string ExportsDirectory => Path.Combine(root, "trees");

    public GitMirror Of(GitUrl url) => mirrors.GetOrAdd(
        url.Address, address => new(Path.Combine(root, "mirrors", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..32] + ".git")));

    /// <summary>A directory of a repository, as files. It is shared and must not be written to; it stays for a week at least.</summary>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="path">The directory; empty for the root.</param>
    /// <exception cref="GitException">It cannot be had.</exception>
    public async Task<GitTree> FetchAsync(GitUrl url, string revision, string path, CancellationToken cancellation)
    {
        path = string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
        var mirror = Of(url);
        var commit = await mirror.ResolveAsync(url, revision, cancellation);
        var tree = await mirror.FindTreeAsync(url, commit, path, cancellation);
        var target = Path.Combine(ExportsDirectory, tree);
        await exporting.WaitAsync(cancellation);
        try
        {
            if (!Directory.Exists(target))
                await ExportAsync(mirror, url, tree, target, cancellation);
            Directory.SetLastAccessTimeUtc(target, time.GetUtcNow().UtcDateTime);
            RemoveUnused();
            return new(target, commit);
        }
        finally
        {
            exporting.Release();
        }
    }

    static async Task ExportAsync(GitMirror mirror, GitUrl url, string tree, string target, CancellationToken cancellation)
    {
        var incoming = $"{target}.{Guid.NewGuid():N}~";
        Directory.CreateDirectory(incoming);
        try
        {
            await mirror.ExportAsync(url, tree, incoming, cancellation);
            Directory.Move(incoming, target);
        }
        catch
        {
            Directory.Delete(incoming, recursive: true);
            throw;
        }
    }

    void RemoveUnused()
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var directory in new DirectoryInfo(ExportsDirectory).EnumerateDirectories())
            if (now - directory.LastAccessTimeUtc > keptFor)
                directory.Delete(recursive: true);
    }
}

/// <param name="Directory">Its files.</param>
/// <param name="CommitId">The commit that the revision meant.</param>
sealed record GitTree(string Directory, string CommitId);
