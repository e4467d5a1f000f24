using System.Text;
using ImageSdk.Archives;
using ImageSdk.Archives.Compression;
using ImageSdk.DiskImages.Blocks;
using ImageSdk.DiskImages.Partitions;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.DiskImages.Unpacking;

/// <summary>What was unpacked.</summary>
/// <param name="Format">"qcow2", "raw", "tar.xz" and so on.</param>
/// <param name="Partition">The root's, of a disk; null for an archive.</param>
/// <param name="Volume">Label or UUID of the root's file system; empty for an archive.</param>
/// <param name="Count">Entries.</param>
/// <param name="RefusedAttributes">Names of extended attributes that this machine or user may not set.</param>
sealed record UnpackedSource(string Format, Partition? Partition, string Volume, long Count, IReadOnlyCollection<string> RefusedAttributes)
{
    /// <summary>Partitions that the root mounts by its /etc/fstab, and which are in the tree.</summary>
    public IReadOnlyList<(string Path, Partition Partition)> Mounted { get; init; } = [];

    /// <summary>Partitions with file systems that were left out, and why; empty where nothing mounts them. Boot loaders alone are not among them: disks of an image get their own.</summary>
    public IReadOnlyList<(Partition Partition, string Reason)> Others { get; init; } = [];

    /// <summary>Read-only snapshots of a btrfs, which are left out.</summary>
    public IReadOnlyList<string> Snapshots { get; init; } = [];
}

/// <summary>Unpacks the root of a disk image or an archive into a directory, without mounting anything.</summary>
/// <param name="scratch">A directory for what is decompressed.</param>
sealed class DiskImageUnpacker(string scratch, ExpansionLimit limit, CancellationToken cancellation)
{
    const int TarMagicPlace = 257, StartLength = 512;

    /// <summary>Entries between two reports.</summary>
    const int ReportInterval = 2000;

    /// <summary>How compressed files begin, and what that is called.</summary>
    static readonly (byte[] Magic, string Ending)[] compressions =
    [
        ([0x1F, 0x8B], ".gz"), ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], ".xz"), ([0x28, 0xB5, 0x2F, 0xFD], ".zst"), ([.. "BZh"u8], ".bz2"), ([.. "LZIP"u8], ".lz"),
    ];

    /// <summary>Types of partitions that hold a root (the Discoverable Partitions Specification), by the architecture that the table need not name.</summary>
    static readonly HashSet<string> rootTypes =
    [
        "4f68bce3-e8cd-4db1-96e7-fbcaf984b709", "b921b045-1df0-41c3-af44-4c6f280d3fae", "44479540-f297-41b2-9af7-d131d5f0458a", "69dad710-2ce4-4e3c-b16c-21a1d49abed3",
        "72ec70a6-cf74-40e6-bd49-4bda08e8f224", "912ade1d-a839-4913-8964-a10eee08fbd2", "c31c45e6-3f39-412e-80fb-4809c4980599", "08a7acea-624c-4a20-91e8-6e0fa67d23f9",
    ];

    /// <summary>Receives how many entries are unpacked, now and then.</summary>
    public Action<long>? Progress { get; init; }

    /// <param name="file">A disk image or an archive.</param>
    /// <param name="root">Empty.</param>
    /// <exception cref="DiskImageException">It cannot be read.</exception>
    /// <exception cref="PosixException">The root cannot be written.</exception>
    public UnpackedSource Unpack(string file, DirectoryHandle root)
    {
        return AsPlain(file, (plain, ending) => IsTar(ReadStart(plain)) ? UnpackTar(File.OpenHandle(plain), "tar" + ending, root) : UnpackDisk(plain, ending, root));
    }

    /// <summary>Takes the compression off a file for as long as it is used.</summary>
    /// <param name="use">Gets the file, and the ending that files of its compression have; empty for none.</param>
    T AsPlain<T>(string file, Func<string, string, T> use)
    {
        var start = ReadStart(file);
        var ending = compressions.FirstOrDefault(compression => start.AsSpan().StartsWith(compression.Magic)).Ending;
        if (ending is null)
            return use(file, "");
        var plain = Path.Combine(scratch, "plain");
        try
        {
            Decompress(file, ending, plain);
            return use(plain, ending);
        }
        finally
        {
            File.Delete(plain);
        }
    }

    static byte[] ReadStart(string file)
    {
        var start = new byte[StartLength];
        using var handle = File.OpenHandle(file);
        RandomAccess.Read(handle, start, 0);
        return start;
    }

    /// <param name="layers">Of a container image, the lowest first: tar files, plain or compressed.</param>
    /// <param name="root">Empty.</param>
    /// <exception cref="DiskImageException">One cannot be read.</exception>
    public UnpackedSource UnpackLayers(IReadOnlyList<string> layers, DirectoryHandle root)
    {
        var (count, refused) = (0L, new SortedSet<string>(StringComparer.Ordinal));
        foreach (var layer in layers)
            AsPlain(layer, (plain, _) =>
            {
                using var tar = File.OpenHandle(plain);
                ContainerLayers.Remove(tar, root);
                using var writer = new TreeWriter(root);
                Write(ContainerLayers.Read(tar), writer);
                writer.Finish();
                count += writer.Count;
                refused.UnionWith(writer.Refused);
                return true;
            });
        return new($"container image of {layers.Count} layers", null, "", count, refused);
    }

    static bool IsTar(ReadOnlySpan<byte> start) => start[TarMagicPlace..].StartsWith("ustar"u8);

    void Decompress(string file, string ending, string plain)
    {
        using var source = File.OpenRead(file);
        using var target = new FileStream(plain, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        using var bounded = limit.Bound(target, source.Length, Path.GetFileName(file));
        try
        {
            Decompression.DecompressAsync(source, ending, bounded, cancellation).GetAwaiter().GetResult();
        }
        catch (InvalidDataException exception)
        {
            throw new DiskImageException($"it cannot be decompressed: {exception.Message}", exception);
        }
    }

    UnpackedSource UnpackTar(SafeFileHandle tar, string format, DirectoryHandle root)
    {
        using (tar)
        {
            using var writer = new TreeWriter(root);
            Write(TarTree.Read(tar), writer);
            writer.Finish();
            return new(format, null, "", writer.Count, writer.Refused);
        }
    }

    UnpackedSource UnpackDisk(string file, string ending, DirectoryHandle directory)
    {
        var (disk, format) = DiskFile.Open(file);
        using (disk)
        {
            var partitions = PartitionTableReader.Read(disk);
            var volumes = partitions.Select(partition => PartitionVolume.TryOpen(disk, partition)).OfType<PartitionVolume>().ToList();
            var found = volumes.Where(volume => volume.Root is not null)
                .OrderByDescending(volume => rootTypes.Contains(volume.Partition.Type)).ThenBy(volume => volume.Partition.IsEfiSystem).ThenByDescending(volume => volume.Partition.Length).FirstOrDefault();
            if (found is null)
                throw volumes.Find(volume => volume.Fault is not null)?.Fault ?? new DiskImageException(volumes.Count == 0
                    ? $"no partition of it has a file system that can be read here ({string.Join(", ", PartitionVolume.Kinds)}): {Describe(disk, partitions)}"
                    : $"none of its file systems has a directory /etc, so that none is a root: {Describe(disk, partitions)}");
            var root = found.Root!;
            root.Place();
            var (mounts, faults) = FindMounts(root, volumes);
            var (written, length) = (0L, new FileInfo(file).Length);
            using var writer = new TreeWriter(directory);
            Write(VolumeTree.Read(root, [], Count), writer);
            foreach (var (path, _, tree) in mounts)
                Write(VolumeTree.Read(tree, Encoding.UTF8.GetBytes(path), Count), writer, isMounted: true);
            writer.Finish();
            return new(format + ending, found.Partition, found.Name, writer.Count, writer.Refused)
            {
                Mounted = [.. mounts.Select(mount => ('/' + mount.Path, mount.Volume.Partition))],
                Others =
                [
                    .. volumes.Where(volume => volume != found && !(volume.Partition.IsEfiSystem && volume.Fault is null) && !mounts.Exists(mount => mount.Volume == volume) && !faults.Exists(fault => fault.Item1 == volume.Partition))
                        .Select(volume => (volume.Partition, volume.Fault?.Message ?? "")),
                    .. faults,
                ],
                Snapshots = [.. volumes.SelectMany(volume => volume.Volume?.LeftOut ?? [])],
            };

            void Count(long bytes)
            {
                cancellation.ThrowIfCancellationRequested();
                limit.Check(written += bytes, length, Path.GetFileName(file));
            }
        }
    }

    /// <summary>What the root's /etc/fstab mounts of the disk, and what it cannot.</summary>
    static (List<(string Path, PartitionVolume Volume, ISourceVolume Tree)> Mounts, List<(Partition, string)> Faults) FindMounts(ISourceVolume root, List<PartitionVolume> volumes)
    {
        var (mounts, faults) = (new List<(string Path, PartitionVolume Volume, ISourceVolume Tree)>(), new List<(Partition, string)>());
        foreach (var line in FileSystemTable.Read(root).DistinctBy(line => line.Path))
        {
            if (volumes.Find(volume => volume.IsMeantBy(line)) is not { Volume: { } volume } partition)
                continue;
            try
            {
                var tree = volume.Mount(line.Options);
                if (tree.IsSameTree(root))
                    continue;
                tree.Place();
                mounts.Add((line.Path, partition, tree));
            }
            catch (DiskImageException exception)
            {
                faults.Add((partition.Partition, $"/{line.Path}: {exception.Message}"));
            }
        }
        return (mounts, faults);
    }

    /// <param name="isMounted">Whether the first entry is the root of another file system than the one below it.</param>
    void Write(IEnumerable<SourceEntry> entries, TreeWriter writer, bool isMounted = false)
    {
        foreach (var entry in entries)
        {
            cancellation.ThrowIfCancellationRequested();
            if (isMounted)
                writer.AddMounted(entry);
            else
                writer.Add(entry);
            isMounted = false;
            if (writer.Count % ReportInterval == 0)
                Progress?.Invoke(writer.Count);
        }
    }

    static string Describe(IBlocks disk, IReadOnlyList<Partition> partitions) => string.Join(", ", partitions.Select(partition =>
        $"{(partition.Number == 0 ? "the whole disk" : $"partition {partition.Number}")} has {KnownFileSystem.NameOf(new BlockRange(disk, partition.Start, partition.Length))}"));
}
