using ImageSdk.Imaginator.Git;

namespace ImageSdk.Imaginator.Streams;

/// <summary>
/// Manifest directories whose links lead to other directories of their repository: streams that share scripts. What such a link leads to takes its
/// place, as the rest of the repository is not there.
/// </summary>
sealed class LinkedManifests(GitMirrors mirrors)
{
    /// <summary>Of directories that links lead to, which have links of that kind themselves.</summary>
    const int MaximumDepth = 10;

    const int MaximumLinks = 10_000;

    /// <param name="tree">The directory as it is in the repository.</param>
    /// <param name="path">Where it is there.</param>
    /// <returns>The directory itself where no link leads out of it.</returns>
    /// <exception cref="Contracts.Diagnostics.BuildException">IMG1364: a link leads to no file of the repository.</exception>
    /// <exception cref="GitException">The repository cannot be reached.</exception>
    public async Task<GitTree> ResolveAsync(GitUrl url, GitTree tree, string path, CancellationToken cancellation)
    {
        if (!ManifestLinks.FindOutside(tree.Directory).Any())
            return tree;
        return await mirrors.FetchAsync(url, tree.CommitId, path, async directory =>
        {
            await PlaceAsync(url, tree.CommitId, GitMirrors.Normalize(path), directory, cancellation);
            ManifestLinks.RequireInside(directory);
        }, cancellation);
    }

    async Task PlaceAsync(GitUrl url, string commit, string path, string directory, CancellationToken cancellation)
    {
        var mirror = mirrors.Of(url);
        // Where in the repository that is from which the files at and below a path here come.
        var origins = new SortedDictionary<string, string>(StringComparer.Ordinal) { [""] = path };
        var count = 0;
        for (var depth = 0; FindLinks(directory, origins).ToList() is { Count: > 0 } links; depth++)
            foreach (var (link, target) in links)
            {
                cancellation.ThrowIfCancellationRequested();
                var found = depth < MaximumDepth && ++count <= MaximumLinks && target is not null ? await mirror.FindAsync(url, commit, target, cancellation) : null;
                // A directory that has the link in it would go on for ever.
                if (found is null || RepositoryPath.IsIn(OriginOf(origins, link.Path), found.Path))
                    throw ManifestLinks.Refuse(directory, link);
                var place = Path.Combine(directory, link.Path);
                File.Delete(place);
                await mirror.ExportAsync(url, commit, found, place, cancellation);
                if (found.IsDirectory)
                    origins[link.Path] = found.Path;
            }
    }

    /// <summary>Links that lead to what is not here, with where they lead in the repository.</summary>
    static IEnumerable<(ManifestLink Link, string? Target)> FindLinks(string directory, SortedDictionary<string, string> origins)
    {
        foreach (var link in ManifestLinks.FindLinks(directory))
        {
            var target = RepositoryPath.Follow(RepositoryPath.DirectoryOf(OriginOf(origins, link.Path)), link.Target);
            var root = RootOf(origins, link.Path);
            // One that stays within what came along leads to the same file here, unless it goes out and in again.
            if (target is null || !RepositoryPath.IsIn(target, origins[root]) || target == origins[root]
                || RepositoryPath.Follow(RepositoryPath.DirectoryOf(link.Path), link.Target) != RepositoryPath.Join(root, target[origins[root].Length..].TrimStart('/')))
                yield return (link, target);
        }
    }

    static string OriginOf(SortedDictionary<string, string> origins, string path)
    {
        var root = RootOf(origins, path);
        return RepositoryPath.Join(origins[root], path[root.Length..].TrimStart('/'));
    }

    /// <summary>The last placed directory that has a path in it.</summary>
    static string RootOf(SortedDictionary<string, string> origins, string path) => origins.Keys.Where(root => root.Length == 0 || path.StartsWith(root + "/", StringComparison.Ordinal)).MaxBy(root => root.Length)!;
}
