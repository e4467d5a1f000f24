using System.Text;
using ImageSdk.Archives;
using ImageSdk.Archives.Compression;
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

    /// <summary>Opens a disk image for as long as it is used.</summary>
    /// <exception cref="DiskImageException">It is no disk, or cannot be read.</exception>
    public void UseDisk(string file, Action<SystemDisk> use) => AsPlain(file, (plain, _) =>
    {
        if (IsTar(ReadStart(plain)))
            throw new DiskImageException("it is an archive of files and not a disk");
        using var disk = SystemDisk.Open(plain);
        use(disk);
        return true;
    });

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
        using var disk = SystemDisk.Open(file);
        var (written, length) = (0L, new FileInfo(file).Length);
        using var writer = new TreeWriter(directory);
        Write(VolumeTree.Read(disk.Root.Root!, [], Count), writer);
        foreach (var mount in disk.Mounts)
            Write(VolumeTree.Read(mount.Tree, Encoding.UTF8.GetBytes(mount.Path), Count), writer, isMounted: true);
        writer.Finish();
        return new(disk.Format + ending, disk.Root.Partition, disk.Root.Name, writer.Count, writer.Refused)
        {
            Mounted = [.. disk.Mounts.Select(mount => ('/' + mount.Path, mount.Volume.Partition))],
            Others =
            [
                .. disk.Volumes.Where(volume => volume != disk.Root && !(volume.Partition.IsEfiSystem && volume.Fault is null)
                        && !disk.Mounts.Any(mount => mount.Volume == volume) && !disk.Faults.Any(fault => fault.Partition == volume.Partition))
                    .Select(volume => (volume.Partition, volume.Fault?.Message ?? "")),
                .. disk.Faults,
            ],
            Snapshots = [.. disk.Volumes.SelectMany(volume => volume.Volume?.LeftOut ?? [])],
        };

        void Count(long bytes)
        {
            cancellation.ThrowIfCancellationRequested();
            limit.Check(written += bytes, length, Path.GetFileName(file));
        }
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
}
