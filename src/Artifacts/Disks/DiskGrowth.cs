using System.Globalization;
using ImageSdk.Artifacts.Boot;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks;

/// <summary>
/// How the last partition takes what a larger disk has when the image starts there: programs of the image grow the partition, and
/// systemd its file system, because fstab says so.
/// </summary>
static class DiskGrowth
{
    /// <summary>Of the file system in fstab; systemd.mount(5).</summary>
    public const string MountOptions = "defaults,x-systemd.growfs";

    static readonly string[] FileSystemGrowers = ["/usr/lib/systemd/systemd-growfs", "/lib/systemd/systemd-growfs"];

    /// <summary>What the disk has beyond the image, where a partition is to grow.</summary>
    /// <exception cref="ArtifactException">IMG6162: the image has nothing that could grow it.</exception>
    public static IEnumerable<(string Path, string Content)> Files(DiskSettings settings, FileSystem tree)
    {
        if (settings.InDiskOrder.Last() is not { Grow: true } last)
            return [];
        if (!Has(tree, FileSystemGrowers))
            throw Missing(last, "systemd-growfs", "a systemd that has it, such as Debian's package systemd");
        if (Has(tree, "/usr/bin/systemd-repart", "/bin/systemd-repart"))
            return Definitions(settings);
        // These grow the root's partition unasked, each at the start.
        var growsRoot = Has(tree, "/usr/bin/growpart") && (Has(tree, "/usr/bin/cloud-init") || Has(tree, "/usr/share/initramfs-tools/scripts/local-bottom/growroot"));
        return growsRoot && last.MountPoint == "/" ? [] : throw Missing(last, "systemd-repart", last.MountPoint == "/"
            ? "systemd-repart (Debian 12 has it in systemd), or cloud-init with cloud-guest-utils"
            : "systemd-repart (Debian 12 has it in systemd)");
    }

    /// <summary>
    /// Of systemd-repart, repart.d(5). Of the partitions of one type, those on the disk are its definitions' in their order: so each
    /// that lies before the last one has a definition too, by which it stays as it is.
    /// </summary>
    static IEnumerable<(string Path, string Content)> Definitions(DiskSettings settings)
    {
        var last = settings.InDiskOrder.Last();
        var ofType = settings.InDiskOrder.Where(partition => partition.MountPoint == "/" == (last.MountPoint == "/")).ToList();
        for (var place = 0; place < ofType.Count; place++)
        {
            var type = ofType[place].MountPoint == "/" ? "root" : "linux-generic";
            var weight = ofType[place] == last ? 1000 : 0;
            yield return (
                string.Create(CultureInfo.InvariantCulture, $"/etc/repart.d/{place + 10:D3}-{ofType[place].FileSystemLabel}.conf"),
                $"[Partition]\nType={type}\nWeight={weight}\nSizeMinBytes=4096\n");
        }
    }

    static bool Has(FileSystem tree, params string[] paths) =>
        paths.Any(path => TreePaths.Resolve(tree, path) is { } found && tree.Index.Find(found) is RegularInode);

    static ArtifactException Missing(ExtraPartition partition, string program, string packages) => new("IMG6162",
        $"The partition of {partition.MountPoint} is to grow with the disk, and the image has no {program} for it. Install {packages}; or let it not grow.");
}
