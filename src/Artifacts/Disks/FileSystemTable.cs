namespace ImageSdk.Artifacts.Disks;

/// <summary>fstab: which file systems are mounted where.</summary>
static class FileSystemTable
{
    /// <summary>The lines of a disk's file systems, and below them those of the image's own table for other places.</summary>
    /// <param name="own">The image's table; empty where it has none.</param>
    /// <param name="withRoot">False where the initial file system mounts the root as it stays.</param>
    public static string Create(IReadOnlyList<(string Source, string MountPoint, string Type, string Options)> mounts, string own, bool withRoot = true)
    {
        var lines = mounts.Where(mount => withRoot || mount.MountPoint != "/").Select(mount =>
            $"{mount.Source,-22} {mount.MountPoint,-10} {mount.Type,-5} {mount.Options,-10} 0 {(mount.Type == "btrfs" ? 0 : mount.MountPoint == "/" ? 1 : 2)}");
        var kept = own.Split('\n').Where(line => MountPointOf(line) is not { } place || mounts.All(mount => mount.MountPoint != place));
        return string.Join('\n', lines.Concat(kept)).TrimEnd('\n') + "\n";
    }

    static string? MountPointOf(string line) => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var source, var place, ..] && source[0] != '#'
        ? place.Length > 1 ? place.TrimEnd('/') : place
        : null;
}
