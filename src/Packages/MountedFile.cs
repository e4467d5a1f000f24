using ImageSdk.Contracts.Projects;

namespace ImageSdk.Packages;

/// <summary>Where a file that is mounted into the sandbox lies on this machine.</summary>
static class MountedFile
{
    /// <param name="path">Absolute, in the sandbox.</param>
    /// <exception cref="FileNotFoundException">It is in no mount.</exception>
    public static string Find(string path, IReadOnlyList<BindMount> mounts)
    {
        var full = Path.GetFullPath(path); // No ".." is left.
        foreach (var mount in mounts.Reverse())
        {
            var target = Path.GetFullPath(mount.Target).TrimEnd('/');
            if (full.StartsWith(target + "/", StringComparison.Ordinal))
                return mount.Source.TrimEnd('/') + full[target.Length..];
        }
        throw new FileNotFoundException($"{path} is in no mounted folder");
    }

    public static bool IsMounted(string path, IReadOnlyList<BindMount> mounts) =>
        mounts.Any(mount => Path.GetFullPath(path).StartsWith(Path.GetFullPath(mount.Target).TrimEnd('/') + "/", StringComparison.Ordinal));
}
