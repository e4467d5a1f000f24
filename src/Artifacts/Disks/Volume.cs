using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>A file system of a disk: where it is mounted, how it is named, what is in it.</summary>
/// <param name="Settings">The root's own has mount point "/".</param>
/// <param name="Tree">From the file system's root.</param>
sealed record Volume(ExtraPartition Settings, Guid Uuid, Guid HashSeed, FileSystem Tree)
{
    public string MountPoint => Settings.MountPoint;

    public bool IsBtrfs => Settings.FileSystemType == "btrfs";

    /// <summary>Percent of the blocks that are root's.</summary>
    public int Reserved => Settings.ReservedBlocksPercentage ?? 5;

    /// <summary>Whether a path of the image belongs here, unless another file system is mounted below.</summary>
    public bool Holds(string path) => MountPoint == "/" || path == MountPoint || path.StartsWith($"{MountPoint}/", StringComparison.Ordinal);

    /// <summary>A path of the image from the file system's root.</summary>
    public string PathWithin(string path) => MountPoint == "/" ? path : path.Length == MountPoint.Length ? "/" : path[MountPoint.Length..];

    /// <summary>What GRUB finds it by.</summary>
    public string Search => $"--fs-uuid {Uuid}";

    /// <summary>What the kernel, the initial file system and fstab find it by.</summary>
    public string Source(bool byLabel) => byLabel ? $"LABEL={Settings.FileSystemLabel}" : $"UUID={Uuid}";

    /// <summary>Of those that hold a path, the one that is mounted deepest.</summary>
    public static Volume Of(IEnumerable<Volume> volumes, string path) =>
        volumes.Where(volume => volume.Holds(path)).MaxBy(volume => volume.MountPoint.TrimEnd('/').Length)!;
}
