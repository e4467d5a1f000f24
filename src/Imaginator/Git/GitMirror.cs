using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageSdk.Imaginator.Git;

/// <summary>
/// A local copy of a remote repository: bare, without history, and without the files of directories that were not asked for. One that has not
/// changed is asked for one commit and fetches nothing. For several threads; used by one process at a time.
/// </summary>
/// <param name="directory">Where it lies; made when it is needed.</param>
sealed partial class GitMirror(string directory)
{
    const string KeptRefs = "refs/imaginator/";

    /// <summary>That are followed on one way.</summary>
    const int MaximumLinks = 40;

    static readonly TimeSpan longestUse = TimeSpan.FromHours(1);

    readonly SemaphoreSlim turn = new(1);
    (string Commit, string Name, IReadOnlyDictionary<string, string> Texts)? read;

    /// <summary>How often something was fetched, since the start.</summary>
    public int FetchCount { get; private set; }

    /// <summary>Finds the commit that a branch, a tag or an identifier of a commit means now, and fetches it where it is not here.</summary>
    /// <exception cref="GitException">The repository cannot be reached, or has no such thing.</exception>
    public async Task<string> ResolveAsync(GitUrl url, string revision, CancellationToken cancellation)
    {
        if (revision.StartsWith('-') || revision.Length == 0 || revision.Any(char.IsControl))
            throw new GitException($"\"{revision}\" is no name of a branch, a tag or a commit");
        await turn.WaitAsync(cancellation);
        try
        {
            var git = await OpenAsync(url, cancellation);
            Directory.SetLastWriteTimeUtc(directory, DateTime.UtcNow);
            if (FullCommit().IsMatch(revision))
                return await HasAsync(git, revision, cancellation) ? revision : await FetchAsync(git, revision, revision, cancellation);
            var (reference, commit) = await AskAsync(git, revision, cancellation);
            if (reference is null)
                return await FindAbbreviatedAsync(git, url, revision, cancellation);
            return await HasAsync(git, commit, cancellation) ? commit : await FetchAsync(git, reference, commit, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Takes the copy away, unless it is used: whoever has resolved a revision works with it for a while.</summary>
    /// <param name="target">Where it goes, for its removal.</param>
    /// <returns>Whether it is gone; the next one who needs it fetches it again.</returns>
    public async Task<bool> TryTakeAwayAsync(string target, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(directory) < longestUse)
                return false;
            Directory.Move(directory, target);
            read = null;
            return true;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The tree of a directory.</summary>
    /// <param name="path">Empty for the root.</param>
    /// <exception cref="GitException">The commit has no such directory; in the words of the original.</exception>
    public async Task<string> FindTreeAsync(GitUrl url, string commit, string path, CancellationToken cancellation)
    {
        var git = new GitCommand(directory, url);
        var found = await git.TryRunAsync(["rev-parse", "--verify", "--quiet", $"{commit}:{path}"], cancellation);
        if (found.ExitCode != 0)
            throw new GitException($"{path} does not exist in repository");
        var tree = found.Output.Trim();
        if ((await git.RunAsync(["cat-file", "-t", tree], cancellation)).Trim() != "tree")
            throw new GitException($"{path} exists in repository but is not a directory");
        return tree;
    }

    /// <summary>Writes a tree's files into a directory; those that are not here are fetched, all at once.</summary>
    /// <param name="target">An empty directory.</param>
    /// <exception cref="GitException">They cannot be had.</exception>
    public async Task ExportAsync(GitUrl url, string tree, string target, CancellationToken cancellation)
    {
        var git = new GitCommand(directory, url);
        await FetchObjectsAsync(git, await ListMissingAsync(git, tree, cancellation), cancellation);
        await CheckOutAsync(git, ["read-tree", tree], target, $"{target}.index~", cancellation);
    }

    /// <summary>Writes what a command puts into an index of its own.</summary>
    static async Task CheckOutAsync(GitCommand git, string[] command, string target, string index, CancellationToken cancellation)
    {
        try
        {
            await git.RunAsync(command, cancellation, index: index);
            await git.RunAsync(["-c", "core.bare=false", "-c", "core.symlinks=true", "--work-tree", target, "checkout-index", "--all", "--force"], cancellation, index: index);
        }
        finally
        {
            File.Delete(index);
        }
    }

    /// <summary>Finds what a path means in a commit, links on the way and at its end followed as far as they stay in the repository.</summary>
    /// <returns>Null where there is nothing.</returns>
    /// <exception cref="GitException">It cannot be had.</exception>
    public async Task<GitEntry?> FindAsync(GitUrl url, string commit, string path, CancellationToken cancellation)
    {
        var git = new GitCommand(directory, url);
        for (var followed = 0; path.Length > 0 && followed < MaximumLinks; followed++)
        {
            var found = new Dictionary<string, GitEntry>(StringComparer.Ordinal);
            foreach (var line in (await git.RunAsync(["--literal-pathspecs", "ls-tree", "-t", "-z", "--full-tree", commit, "--", .. RepositoryPath.Steps(path)], cancellation)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
                if (line.Split('\t', 2) is [var head, var name] && head.Split(' ') is [var mode, _, var id])
                    found[name] = new(name, mode, id);
            if (RepositoryPath.Steps(path).Select(step => found.GetValueOrDefault(step)).FirstOrDefault(entry => entry is { IsLink: true }) is not { } link)
                return found.GetValueOrDefault(path);
            await FetchFilesAsync(git, commit, [link.Id], cancellation);
            var target = await git.RunAsync(["cat-file", "blob", link.Id], cancellation);
            if (RepositoryPath.Follow(RepositoryPath.DirectoryOf(link.Path), target) is not { } next)
                return null;
            path = RepositoryPath.Join(next, path[link.Path.Length..].TrimStart('/'));
        }
        return null;
    }

    /// <summary>Writes a file or a directory.</summary>
    /// <param name="target">Where to; there is nothing.</param>
    /// <exception cref="GitException">It cannot be had.</exception>
    public async Task ExportAsync(GitUrl url, string commit, GitEntry entry, string target, CancellationToken cancellation)
    {
        if (entry.IsDirectory)
        {
            Directory.CreateDirectory(target);
            await ExportAsync(url, entry.Id, target, cancellation);
            return;
        }
        var git = new GitCommand(directory, url);
        await FetchFilesAsync(git, commit, [entry.Id], cancellation);
        var folder = Path.GetDirectoryName(target)!;
        await CheckOutAsync(git, ["update-index", "--add", "--cacheinfo", $"{entry.Mode},{entry.Id},{Path.GetFileName(target)}"], folder, $"{target}.index~", cancellation);
    }

    /// <summary>The bytes of one file.</summary>
    /// <exception cref="GitException">The commit has no such file, or it cannot be had.</exception>
    public async Task<string> ReadFileAsync(GitUrl url, string commit, string path, CancellationToken cancellation)
    {
        var git = new GitCommand(directory, url);
        var found = await git.TryRunAsync(["rev-parse", "--verify", "--quiet", $"{commit}:{path}"], cancellation);
        if (found.ExitCode != 0)
            throw new GitException($"{path} does not exist in repository");
        return await git.RunAsync(["cat-file", "blob", found.Output.Trim()], cancellation);
    }

    /// <summary>All files of a name that are below the root, with their texts, fetched all at once.</summary>
    /// <returns>By the path of their directories.</returns>
    /// <exception cref="GitException">They cannot be had.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ReadFilesAsync(GitUrl url, string commit, string name, CancellationToken cancellation)
    {
        if (read is { } last && last.Commit == commit && last.Name == name)
            return last.Texts;
        var git = new GitCommand(directory, url);
        var folders = new List<string>();
        var blobs = new List<string>();
        foreach (var line in (await git.RunAsync(["ls-tree", "-r", "-z", "--full-tree", commit], cancellation)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            if (line.Split('\t', 2) is [var head, var path] && head.Split(' ') is [_, "blob", var blob] && Path.GetFileName(path) == name)
            {
                folders.Add(Path.GetDirectoryName(path) ?? "");
                blobs.Add(blob);
            }
        await FetchFilesAsync(git, commit, blobs, cancellation);
        // A character for each byte: lengths are in bytes.
        var output = await git.RunAsync(["cat-file", "--batch"], cancellation, string.Concat(blobs.Select(blob => blob + "\n")), encoding: Encoding.Latin1);
        var texts = folders.Zip(ReadBatch(output)).ToDictionary(each => each.First, each => each.Second, StringComparer.Ordinal);
        read = (commit, name, texts);
        return texts;
    }

    /// <summary>What <c>git cat-file --batch</c> writes: for each object a line that ends with its length, its bytes and a line feed.</summary>
    static IEnumerable<string> ReadBatch(string output)
    {
        for (var at = 0; at < output.Length;)
        {
            var end = output.IndexOf('\n', at);
            var length = int.Parse(output.AsSpan(output.LastIndexOf(' ', end) + 1, end - output.LastIndexOf(' ', end) - 1), CultureInfo.InvariantCulture);
            yield return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(output, end + 1, length));
            at = end + 1 + length + 1;
        }
    }

    async Task<GitCommand> OpenAsync(GitUrl url, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(directory, "HEAD")))
        {
            Directory.CreateDirectory(directory);
            await new GitCommand(directory, url).RunAsync(["init", "--quiet", "--bare", directory], cancellation);
        }
        var git = new GitCommand(directory, url);
        if ((await git.TryRunAsync(["config", "--get", "remote.origin.url"], cancellation)).Output.Trim() == url.Address)
            return git;
        foreach (var (key, value) in new[] { ("remote.origin.promisor", "true"), ("remote.origin.partialclonefilter", "blob:none"), ("gc.auto", "0"), ("remote.origin.url", url.Address) })
            await git.RunAsync(["config", key, value], cancellation);
        return git;
    }

    /// <summary>Asks the remote what a name means. A branch counts before a tag.</summary>
    /// <returns>Null where it has neither.</returns>
    static async Task<(string? Reference, string Commit)> AskAsync(GitCommand git, string revision, CancellationToken cancellation)
    {
        string[] names = revision.StartsWith("refs/", StringComparison.Ordinal) || revision == "HEAD" ? [revision, $"{revision}^{{}}"]
            : [$"refs/heads/{revision}", $"refs/tags/{revision}", $"refs/tags/{revision}^{{}}"];
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in (await git.RunAsync(["ls-remote", "origin", .. names], cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.Split('\t') is [var commit, var reference])
                known[reference] = commit;
        foreach (var reference in names)
            if (known.TryGetValue(reference, out var commit))
                // What an annotated tag points to.
                return (reference, known.GetValueOrDefault($"{reference}^{{}}", commit));
        return (null, "");
    }

    static async Task<bool> HasAsync(GitCommand git, string commit, CancellationToken cancellation) =>
        (await git.TryRunAsync(["rev-parse", "--verify", "--quiet", $"{KeptRefs}{commit}^{{commit}}"], cancellation)).ExitCode == 0;

    async Task<string> FetchAsync(GitCommand git, string reference, string commit, CancellationToken cancellation)
    {
        FetchCount++;
        await git.RunAsync(["fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "--no-write-fetch-head", "origin", $"+{reference}:{KeptRefs}incoming"], cancellation);
        // The branch may have moved on since it was asked for.
        var fetched = (await git.RunAsync(["rev-parse", "--verify", $"{KeptRefs}incoming^{{commit}}"], cancellation)).Trim();
        await git.RunAsync(["update-ref", KeptRefs + fetched, fetched], cancellation);
        return fetched;
    }

    // Whose abbreviation it is, only the whole history tells.
    async Task<string> FindAbbreviatedAsync(GitCommand git, GitUrl url, string revision, CancellationToken cancellation)
    {
        if (!Abbreviation().IsMatch(revision))
            throw new GitException($"{url.Address} has no branch, tag or commit \"{revision}\"");
        FetchCount++;
        var unshallow = File.Exists(Path.Combine(directory, "shallow")) ? (string[])["--unshallow"] : [];
        await git.RunAsync(["fetch", "--quiet", "--no-tags", .. unshallow, "--filter=blob:none", "--no-write-fetch-head", "origin", "+refs/heads/*:refs/remotes/origin/*"], cancellation);
        var found = await git.TryRunAsync(["rev-parse", "--verify", "--quiet", $"{revision}^{{commit}}"], cancellation);
        if (found.ExitCode != 0)
            throw new GitException($"{url.Address} has no branch, tag or commit \"{revision}\"");
        var commit = found.Output.Trim();
        await git.RunAsync(["update-ref", KeptRefs + commit, commit], cancellation);
        return commit;
    }

    /// <summary>The files of a tree that are not here.</summary>
    static async Task<IReadOnlyList<string>> ListMissingAsync(GitCommand git, string tree, CancellationToken cancellation)
    {
        var listed = await git.RunAsync(["rev-list", "--objects", "--missing=print", "--no-object-names", tree], cancellation);
        return [.. listed.Split('\n').Where(line => line.StartsWith('?')).Select(line => line[1..])];
    }

    /// <summary>Fetches those of a commit's files that are not here.</summary>
    async Task FetchFilesAsync(GitCommand git, string commit, IReadOnlyCollection<string> blobs, CancellationToken cancellation) =>
        await FetchObjectsAsync(git, [.. (await ListMissingAsync(git, $"{commit}^{{tree}}", cancellation)).Intersect(blobs)], cancellation);

    // As git itself does it for what a partial copy lacks, but for all at once.
    async Task FetchObjectsAsync(GitCommand git, IReadOnlyList<string> objects, CancellationToken cancellation)
    {
        if (objects.Count == 0)
            return;
        await turn.WaitAsync(cancellation);
        try
        {
            FetchCount++;
            await git.RunAsync(
                ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none", "--stdin", "origin"],
                cancellation, string.Join('\n', objects) + "\n");
        }
        finally
        {
            turn.Release();
        }
    }

    [GeneratedRegex("^([0-9a-f]{40}|[0-9a-f]{64})$")]
    private static partial Regex FullCommit();

    [GeneratedRegex("^[0-9a-f]{4,63}$")]
    private static partial Regex Abbreviation();
}

/// <summary>What a commit has at a path.</summary>
/// <param name="Mode">As git writes it.</param>
/// <param name="Id">Of the object.</param>
sealed record GitEntry(string Path, string Mode, string Id)
{
    public bool IsLink => Mode == "120000";

    public bool IsDirectory => Mode == "040000";
}
