using ImageSdk.DiskImages.Blocks;
using ImageSdk.DiskImages.Partitions;
using ImageSdk.DiskImages.Volumes;

namespace ImageSdk.DiskImages.Unpacking;

/// <summary>A file system of a disk that its root mounts.</summary>
/// <param name="Path">Where, without a slash at either end.</param>
/// <param name="Tree">What the mount shows of it.</param>
sealed record SystemMount(string Path, PartitionVolume Volume, ISourceVolume Tree);

/// <summary>A disk with a system on it: which of its file systems is the root, and which others that mounts.</summary>
/// <param name="Format">"qcow2", "raw" and so on.</param>
/// <param name="Volumes">Partitions with file systems that are known here, damaged ones among them.</param>
/// <param name="Root">The one of them that has the system.</param>
sealed record SystemDisk(IBlocks Blocks, string Format, IReadOnlyList<Partition> Partitions, IReadOnlyList<PartitionVolume> Volumes, PartitionVolume Root) : IDisposable
{
    /// <summary>Types of partitions that hold a root (the Discoverable Partitions Specification), by the architecture that the table need not name.</summary>
    static readonly HashSet<string> rootTypes =
    [
        "4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "b921b045-1df0-41c3-af44-4c6f280d3fae", "44479540-f297-41b2-9af7-d131d5f0458a", "69dad710-2ce4-4e3c-b16c-21a1d49abed3",
        "72ec70a6-cf74-40e6-bd49-4bda08e8f224", "912ade1d-a839-4913-8964-a10eee08fbd2", "c31c45e6-3f39-412e-80fb-4809c4980599", "08a7acea-624c-4a20-91e8-6e0fa67d23f9",
    ];

    /// <summary>Those that the root's /etc/fstab mounts, above before below.</summary>
    public IReadOnlyList<SystemMount> Mounts { get; private init; } = [];

    /// <summary>Those that it is to mount and that cannot be read so, with the reason.</summary>
    public IReadOnlyList<(Partition Partition, string Reason)> Faults { get; private init; } = [];

    /// <summary>Paths, without a slash at either end, at which it mounts what is none of <see cref="Mounts"/>.</summary>
    public IReadOnlyList<string> UnknownMounts { get; private init; } = [];

    /// <param name="file">Not compressed as a whole.</param>
    /// <exception cref="DiskImageException">It cannot be read, or has no root.</exception>
    public static SystemDisk Open(string file)
    {
        var (disk, format) = DiskFile.Open(file);
        try
        {
            return Find(disk, format);
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    public void Dispose() => Blocks.Dispose();

    static SystemDisk Find(IBlocks disk, string format)
    {
        var partitions = PartitionTableReader.Read(disk);
        var volumes = partitions.Select(partition => PartitionVolume.TryOpen(disk, partition)).OfType<PartitionVolume>().ToList();
        var found = volumes.Where(volume => volume.Root is not null)
            .OrderByDescending(volume => rootTypes.Contains(volume.Partition.Type)).ThenBy(volume => volume.Partition.IsEfiSystem).ThenByDescending(volume => volume.Partition.Length).FirstOrDefault();
        if (found is null)
            throw volumes.Find(volume => volume.Fault is not null)?.Fault ?? new DiskImageException(volumes.Count == 0
                ? $"no partition of it has a file system that can be read here ({string.Join(", ", PartitionVolume.Kinds)}): {Describe(disk, partitions)}"
                : $"none of its file systems has a directory /etc, so that none is a root: {Describe(disk, partitions)}");
        found.Root!.Place();
        return new SystemDisk(disk, format, partitions, volumes, found).WithMounts();
    }

    SystemDisk WithMounts()
    {
        var (mounts, faults, unknown) = (new List<SystemMount>(), new List<(Partition, string)>(), new List<string>());
        foreach (var line in FileSystemTable.Read(Root.Root!).DistinctBy(line => line.Path))
        {
            if (Volumes.FirstOrDefault(volume => volume.IsMeantBy(line)) is not { Volume: { } volume } partition)
            {
                unknown.Add(line.Path);
                continue;
            }
            try
            {
                var tree = volume.Mount(line.Options);
                if (tree.IsSameTree(Root.Root!))
                    continue;
                tree.Place();
                mounts.Add(new(line.Path, partition, tree));
            }
            catch (DiskImageException exception)
            {
                faults.Add((partition.Partition, $"/{line.Path}: {exception.Message}"));
                unknown.Add(line.Path);
            }
        }
        return this with { Mounts = mounts, Faults = faults, UnknownMounts = unknown };
    }

    static string Describe(IBlocks disk, IReadOnlyList<Partition> partitions) => string.Join(", ", partitions.Select(partition =>
        $"{(partition.Number == 0 ? "the whole disk" : $"partition {partition.Number}")} has {KnownFileSystem.NameOf(new BlockRange(disk, partition.Start, partition.Length))}"));
}
