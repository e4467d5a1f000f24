namespace ImageSdk.Imaginator.Git;

/// <summary>Paths within a repository: without a slash in front, parts with slashes between; empty for the root.</summary>
static class RepositoryPath
{
    /// <summary>Where a link leads.</summary>
    /// <param name="directory">That has the link.</param>
    /// <param name="target">As the link says it.</param>
    /// <returns>Null for what is outside of the repository.</returns>
    public static string? Follow(string directory, string target)
    {
        if (target.StartsWith('/'))
            return null;
        var parts = directory.Split('/', StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
            if (part == "..")
            {
                if (parts.Count == 0)
                    return null;
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
                parts.Add(part);
        return string.Join('/', parts);
    }

    public static string DirectoryOf(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    public static string Join(string directory, string path) => directory.Length == 0 ? path : path.Length == 0 ? directory : $"{directory}/{path}";

    /// <summary>Whether a path is a directory or lies in it.</summary>
    public static bool IsIn(string path, string directory) => directory.Length == 0 || path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    /// <summary>The directories on the way to a path, and the path itself.</summary>
    public static IEnumerable<string> Steps(string path)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
        yield return path;
    }
}
