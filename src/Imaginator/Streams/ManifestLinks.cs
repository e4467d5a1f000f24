using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Imaginator.Streams;

/// <summary>
/// Checks a manifest directory that came from a repository: who writes there must not have files of this machine read. A link that becomes a link of
/// the image may lead anywhere; one whose target the engine reads has to lead to a file of the directory.
/// </summary>
static class ManifestLinks
{
    static readonly EnumerationOptions everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Folders whose links go into the image as they are.</summary>
    static readonly HashSet<string> copied = [.. StageTable.OfKind(StageKind.Files).Select(row => row.Folder)];

    /// <exception cref="BuildException">A link leads out (IMG1364).</exception>
    public static void RequireInside(string directory)
    {
        if (FindOutside(directory).FirstOrDefault() is { } link)
            throw Refuse(directory, link);
    }

    public static BuildException Refuse(string directory, ManifestLink link) => new("IMG1364",
        $"{link.Path} is a link to {link.Target}, which does not lead to a file of the repository. What an imaginator builds from a repository reads files of that repository alone: replace the link by the file.",
        Path.Combine(directory, link.Path));

    /// <summary>Links whose target the engine reads, and that do not lead to a file of the directory.</summary>
    public static IEnumerable<ManifestLink> FindOutside(string directory) => FindLinks(directory)
        .Where(link => !IsInside(Path.GetFullPath(directory), Path.GetFullPath(link.Target, Path.GetDirectoryName(Path.Combine(Path.GetFullPath(directory), link.Path))!)));

    /// <summary>Links whose target the engine reads.</summary>
    public static IEnumerable<ManifestLink> FindLinks(string directory)
    {
        var root = Path.GetFullPath(directory);
        return new DirectoryInfo(root).EnumerateFileSystemInfos("*", everything)
            .SelectMany(entry => Find(root, entry, entry is DirectoryInfo && copied.Contains(entry.Name)));
    }

    static IEnumerable<ManifestLink> Find(string root, FileSystemInfo entry, bool isCopied)
    {
        if (entry.LinkTarget is { } target)
            return [new(Path.GetRelativePath(root, entry.FullName), target)];
        return entry is DirectoryInfo folder && !isCopied ? folder.EnumerateFileSystemInfos("*", everything).SelectMany(below => Find(root, below, isCopied: false)) : [];
    }

    // Without links on the way, what a path says is where it leads.
    static bool IsInside(string root, string path)
    {
        if (path == root || !path.StartsWith(root + '/', StringComparison.Ordinal))
            return false;
        for (var part = path; part.Length > root.Length; part = Path.GetDirectoryName(part)!)
            if (new FileInfo(part).LinkTarget is not null)
                return false;
        return true;
    }
}

/// <param name="Path">Within the manifest directory.</param>
/// <param name="Target">As the link says it.</param>
sealed record ManifestLink(string Path, string Target);
