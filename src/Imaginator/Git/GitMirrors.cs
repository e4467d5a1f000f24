using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace ImageSdk.Imaginator.Git;

/// <summary>The local copies of all repositories, and the directories of them that builds read.</summary>
/// <param name="root">Where they lie.</param>
/// <param name="time">Says what has not been used for long.</param>
sealed class GitMirrors(string root, TimeProvider time)
{
    readonly ConcurrentDictionary<string, GitMirror> mirrors = new(StringComparer.Ordinal);
    readonly SemaphoreSlim exporting = new(1);
    readonly Dictionary<string, int> used = new(StringComparer.Ordinal);

    string MirrorsDirectory => Path.Combine(root, "mirrors");

    string ExportsDirectory => Path.Combine(root, "trees");

    public GitMirror Of(GitUrl url) => mirrors.GetOrAdd(Path.Combine(MirrorsDirectory, NameOf(url)), path => new(path));

    static string NameOf(GitUrl url) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url.Address)))[..32] + ".git";

    /// <summary>A directory of a repository, as files. It is shared and must not be written to.</summary>
    /// <param name="revision">A branch, a tag or a commit.</param>
    /// <param name="path">The directory; empty for the root.</param>
    /// <returns>It stays at least until that is disposed of.</returns>
    /// <exception cref="GitException">It cannot be had.</exception>
    public async Task<GitTree> FetchAsync(GitUrl url, string revision, string path, CancellationToken cancellation)
    {
        path = Normalize(path);
        var mirror = Of(url);
        var commit = await mirror.ResolveAsync(url, revision, cancellation);
        var tree = await mirror.FindTreeAsync(url, commit, path, cancellation);
        return await TakeAsync(tree, commit, incoming => mirror.ExportAsync(url, tree, incoming, cancellation), cancellation);
    }

    /// <summary>The same directory, with something else done to it. It is done once for a commit.</summary>
    /// <param name="change">Changes what is in the directory that it gets.</param>
    public async Task<GitTree> FetchAsync(GitUrl url, string commit, string path, Func<string, Task> change, CancellationToken cancellation)
    {
        path = Normalize(path);
        var mirror = Of(url);
        var tree = await mirror.FindTreeAsync(url, commit, path, cancellation);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{commit} {path}")));
        return await TakeAsync(name, commit, async incoming =>
        {
            await mirror.ExportAsync(url, tree, incoming, cancellation);
            await change(incoming);
        }, cancellation);
    }

    public static string Normalize(string path) => string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));

    async Task<GitTree> TakeAsync(string name, string commit, Func<string, Task> export, CancellationToken cancellation)
    {
        var target = Path.Combine(ExportsDirectory, name);
        await exporting.WaitAsync(cancellation);
        try
        {
            if (!Directory.Exists(target))
                await ExportAsync(target, export);
            Directory.SetLastAccessTimeUtc(target, time.GetUtcNow().UtcDateTime);
            lock (used)
                used[target] = used.GetValueOrDefault(target) + 1;
            return new(target, commit, () => Release(target));
        }
        finally
        {
            exporting.Release();
        }
    }

    void Release(string target)
    {
        lock (used)
            if (--used[target] == 0)
                used.Remove(target);
    }

    /// <summary>All copies of repositories and directories of them, with the time of their last use.</summary>
    public IEnumerable<(string Path, DateTime Used)> List() =>
    [
        .. Find(MirrorsDirectory).Select(mirror => (mirror.FullName, mirror.LastWriteTimeUtc)),
        .. Find(ExportsDirectory).Select(tree => (tree.FullName, tree.LastAccessTimeUtc)),
    ];

    static IEnumerable<DirectoryInfo> Find(string directory) => Directory.Exists(directory) ? new DirectoryInfo(directory).EnumerateDirectories() : [];

    /// <summary>Takes one of them away, unless it is used.</summary>
    /// <returns>Where it is now, for its removal; null where it is used.</returns>
    public async Task<string?> TryTakeAwayAsync(string path, CancellationToken cancellation)
    {
        if (path.StartsWith(MirrorsDirectory + "/", StringComparison.Ordinal) && !path.EndsWith('~'))
            return await mirrors.GetOrAdd(path, name => new(name)).TryTakeAwayAsync(path + "~", cancellation) ? path + "~" : null;
        await exporting.WaitAsync(cancellation);
        try
        {
            // What has such a name was left by a daemon that was killed: no directory is being written now.
            if (path.EndsWith('~'))
                return path;
            lock (used)
                if (used.ContainsKey(path))
                    return null;
            Directory.Move(path, path + "~");
            return path + "~";
        }
        finally
        {
            exporting.Release();
        }
    }

    static async Task ExportAsync(string target, Func<string, Task> export)
    {
        var incoming = $"{target}.{Guid.NewGuid():N}~";
        Directory.CreateDirectory(incoming);
        try
        {
            await export(incoming);
            Directory.Move(incoming, target);
        }
        catch
        {
            Directory.Delete(incoming, recursive: true);
            throw;
        }
    }
}

/// <summary>A directory of a repository, which stays until this is disposed of.</summary>
/// <param name="directory">Its files.</param>
/// <param name="commitId">The commit that the revision meant.</param>
/// <param name="release">Says that it is not needed any more.</param>
sealed class GitTree(string directory, string commitId, Action release) : IDisposable
{
    Action? release = release;

    public string Directory => directory;

    public string CommitId => commitId;

    public void Dispose() => Interlocked.Exchange(ref release, null)?.Invoke();
}
