using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees.Scanning;

/// <summary>The paths of a directory tree that a filter matches, without mount points.</summary>
/// <param name="filter">What to find.</param>
/// <param name="excluded">What to pass over.</param>
public sealed class FilteredFiles(Filter filter, Filter excluded)
{
    /// <summary>Rooted paths, depth first, in bytewise order.</summary>
    public IEnumerable<(byte[] Path, FileStatus Status)> Find(string directory)
    {
        using var root = DirectoryHandle.Open(directory);
        var device = root.Stat().Device;
        foreach (var found in Walk(root, [], device))
            yield return found;
    }

    IEnumerable<(byte[] Path, FileStatus Status)> Walk(DirectoryHandle directory, byte[] path, ulong device)
    {
        foreach (var name in directory.ReadNames())
        {
            if (directory.TryStat(name) is not { } status || status.Device != device)
                continue;
            byte[] rooted = [.. path, (byte)'/', .. name];
            if (!excluded.Matches(rooted) && filter.Matches(rooted))
                yield return (rooted, status);
            if (status.Kind != FileKind.Directory)
                continue;
            using var child = directory.OpenDirectory(name);
            foreach (var found in Walk(child, rooted, device))
                yield return found;
        }
    }
}
