using System.Text;
using ImageSdk.Images;

namespace ImageSdk.Comparison.Changelogs;

/// <summary>Finds where a tree has the changelogs of upgraded packages, by the rules of Debian's policy (/usr/share/doc/PACKAGE).</summary>
public static class ChangelogFinder
{
    /// <summary>Packages of whose changelogs no more is read: an upgrade of the whole distribution is not explained line by line.</summary>
    public const int MaximumPackages = 50;

    static readonly ByteString folder = "/usr/share/doc/";

    /// <summary>The changelogs of the packages that became newer, each file once.</summary>
    public static IReadOnlyList<FoundChangelog> Find(FileSystem tree, PackageComparison packages)
    {
        var paths = new PathFinder(tree);
        var found = new Dictionary<ObjectHash, FoundChangelog>();
        foreach (var change in packages.Changed.Where(change => change.Kind == PackageChangeKind.Upgraded).Take(MaximumPackages))
            if (FindFile(paths, change.Right.Name) is var (path, file))
                found[file.Hash] = found.TryGetValue(file.Hash, out var shared)
                    ? shared with { Packages = [.. shared.Packages, change] }
                    : new(path, file.Hash, [change]);
        return [.. found.Values];
    }

    static (ByteString Path, RegularInode File)? FindFile(PathFinder paths, string package)
    {
        // As dpkg writes it: NAME or NAME:ARCHITECTURE.
        var (name, architecture) = package.Split(':') is [var first, var second] ? (first, second) : (package, "");
        if (name.Length == 0 || name.Contains('/') || name is "." or "..")
            return null;
        var directory = Join(folder, name);
        // The packages of one source may share a folder.
        if (paths.Find(directory) is SymlinkInode { Target: var target } && !target.Span.Contains((byte)'/') && target != (ByteString)"..")
            directory = new([.. folder.Span, .. target.Span]);
        foreach (var file in (IEnumerable<string>)[$"/changelog.Debian.{architecture}.gz", "/changelog.Debian.gz", "/changelog.gz", "/changelog.Debian", "/changelog"])
            if (Join(directory, file) is var path && paths.Find(path) is RegularInode { Size: > 0 } found)
                return (path, found);
        return null;
    }

    static ByteString Join(ByteString directory, string name) => new([.. directory.Span, .. Encoding.UTF8.GetBytes(name)]);
}

/// <summary>A changelog in an image's tree.</summary>
/// <param name="Path">Rooted.</param>
/// <param name="Packages">Those that it is about.</param>
public sealed record FoundChangelog(ByteString Path, ObjectHash Hash, IReadOnlyList<PackageChange> Packages);
