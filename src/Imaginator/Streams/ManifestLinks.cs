using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Contracts.Stages;

namespace ImageSdk.Imaginator.Streams;

/// <summary>
/// Checks a manifest directory that came from a repository: who writes there must not have files of this machine read. A link that becomes a link of
/// the image may lead anywhere; one whose target the engine reads has to lead to a file beside it.
/// </summary>
static class ManifestLinks
{
    static readonly EnumerationOptions everything = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Folders whose links go into the image as they are.</summary>
    static readonly HashSet<string> copied = [.. StageTable.OfKind(StageKind.Files).Select(row => row.Folder)];

    /// <exception cref="BuildException">A link leads out (IMG1364).</exception>
    public static void RequireInside(string directory)
    {
        var root = Path.GetFullPath(directory);
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos("*", everything))
        {
            Require(root, entry);
            if (entry is DirectoryInfo { LinkTarget: null } folder && !copied.Contains(folder.Name))
                RequireBelow(root, folder);
        }
    }

    static void RequireBelow(string root, DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos("*", everything))
        {
            Require(root, entry);
            if (entry is DirectoryInfo { LinkTarget: null } below)
                RequireBelow(root, below);
        }
    }

    static void Require(string root, FileSystemInfo entry)
    {
        if (entry.LinkTarget is { } target && !IsInside(root, Path.GetFullPath(target, Path.GetDirectoryName(entry.FullName)!)))
            throw new BuildException("IMG1364",
                $"{Path.GetRelativePath(root, entry.FullName)} is a link to {target}, which does not lead to a file of the manifest directory itself. "
                + "What an imaginator builds from a repository reads files of that repository's manifest directory alone: replace the link by the file.", entry.FullName);
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
