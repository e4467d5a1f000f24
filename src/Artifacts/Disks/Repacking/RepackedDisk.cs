using ImageSdk.Artifacts.Disks.Contents;
using ImageSdk.Artifacts.Disks.Ext4;
using ImageSdk.Images;

namespace ImageSdk.Artifacts.Disks.Repacking;

/// <summary>
/// Writes a disk that is the source's but for the file systems whose files are in the image. Those are rewritten at their places, with
/// their identifiers: what the table, boot loaders and fstab say of them stays true.
/// </summary>
sealed class RepackedDisk
{
    const long MiB = 1 << 20;
    const int Piece = 64 << 10;

    readonly ArtifactContext context;
    readonly ISourceDisk source;
    readonly IReadOnlyList<RepackedVolume> volumes;
    readonly RepackedVolume root;

    public RepackedDisk(ArtifactContext context, ISourceDisk source)
    {
        this.context = context;
        this.source = source;
        volumes = [.. source.Partitions.Where(partition => partition.MountPoint is not null).Select(partition => RepackedVolume.Read(source, partition))
            .OrderBy(volume => volume.MountPoint, StringComparer.Ordinal)];
        root = volumes.First(volume => volume.MountPoint == "/");
    }

    /// <param name="file">Is made.</param>
    /// <exception cref="ArtifactException">The image cannot be put on this disk, or a tool failed.</exception>
    public void Write(string file)
    {
        if (root.Former is null)
            throw new ArtifactException("IMG6395",
                $"The root of the source disk, {root.Partition.Name}, has the file system {(root.Partition.FileSystem == "ext4" ? "ext2 or ext3" : root.Partition.FileSystem)}, and only ext4 can be made here. Use a source with ext4, or another format, such as qcow2.");
        var made = volumes.Where(volume => volume.Former is not null).ToList();
        BootLoaderCheck.Run(context, source, made);
        var trees = new VolumeTrees(context.Tree, context.EpochTime);
        BootMenu.Update(context, trees);
        var content = trees.Divide([.. volumes.Select(volume => new ExtraPartition(volume.MountPoint))]);
        var (size, rootLength) = Plan(content[Index(root)].Tree);
        SparseFile.Create(file, size);
        Copy(file, made, grows: size != source.Length);
        if (size != source.Length)
            PartitionGrowth.Run(context, source, file, root.Partition with { Length = rootLength });
        foreach (var volume in made)
        {
            var (tree, added) = content[Index(volume)];
            Make(file, volume, volume == root ? rootLength : volume.Partition.Length, tree, added);
        }
        foreach (var volume in volumes.Except(made))
            new KeptVolume(context, source, volume.Partition).Update(file, content[Index(volume)].Tree);
        KeptVolume.WarnOfHidden(context, source.UnknownMounts);
    }

    int Index(RepackedVolume volume) => volumes.Index().First(other => other.Item == volume).Index;

    /// <summary>How large the disk and the root's partition are to be, bytes.</summary>
    (long Size, long RootLength) Plan(FileSystem tree)
    {
        var former = root.Former!;
        var needed = Ext4Maker.SizeOf(tree, context.Settings.Number("FreeSpace")!.Value, former.Reserved, former.BytesPerInode);
        var isLast = source.Partitions[^1] == root.Partition;
        // Behind a table of partitions there may be its second copy.
        var behind = root.Partition.Number == 0 ? 0 : MiB;
        var length = isLast ? Math.Max(root.Partition.Length, needed) : root.Partition.Length;
        var size = length == root.Partition.Length ? source.Length : RoundUp(root.Partition.Start + length + behind);
        if (context.Settings.Number("DiskSize") is not { } said)
            return (size, length);
        if (said < size)
            throw DiskLayout.TooSmall(said, size);
        return said > size && isLast
            ? (RoundUp(said), RoundUp(said) - behind - root.Partition.Start)
            : (Math.Max(size, said), length);
    }

    static long RoundUp(long size) => (size + MiB - 1) / MiB * MiB;

    /// <summary>Copies all but what is rewritten; of a disk that grows nothing behind its partitions, where the copy of its table was.</summary>
    void Copy(string file, IReadOnlyList<RepackedVolume> made, bool grows)
    {
        context.Progress("Copying the source disk");
        using var target = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var place = 0L;
        foreach (var volume in made.OrderBy(volume => volume.Partition.Start))
        {
            Copy(place, volume.Partition.Start);
            place = volume.Partition.End;
        }
        Copy(place, grows ? Math.Max(place, source.Partitions[^1].End) : source.Length);

        void Copy(long from, long to)
        {
            var buffer = new byte[Piece];
            for (var count = 0; from < to; from += count)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                count = (int)Math.Min(buffer.Length, to - from);
                source.Read(from, buffer.AsSpan(0, count));
                if (buffer.AsSpan(0, count).ContainsAnyExcept((byte)0))
                    RandomAccess.Write(target, buffer.AsSpan(0, count), from);
            }
        }
    }

    void Make(string file, RepackedVolume volume, long length, FileSystem tree, IReadOnlyDictionary<ulong, byte[]> added)
    {
        context.Progress($"Writing {volume.MountPoint} into {volume.Partition.Name}");
        var former = volume.Former!;
        if (former.LostFeatures.Count > 0)
            context.Warn("IMG6398", $"The file system of {volume.MountPoint} ({volume.Partition.Name}) had features that the new one lacks: {string.Join(", ", former.LostFeatures)}. What needs them has to be set up again.");
        using (var image = context.OpenRoot())
        {
            try
            {
                Ext4Maker.Make(context, new PartitionContent(tree, image, volume.MountPoint, added), file, volume.Partition.Start, length / BlockDevice.BlockSize * BlockDevice.BlockSize,
                    new Ext4Settings(former.Uuid, former.HashSeed, "", former.Reserved, former.BytesPerInode, former));
            }
            catch (FileSystemFullException exception)
            {
                throw TooSmall(volume, exception);
            }
        }
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(handle, volume.Start, volume.Partition.Start);
    }

    ArtifactException TooSmall(RepackedVolume volume, FileSystemFullException exception) => new("IMG6394",
        $"The files of {volume.MountPoint} do not fit into {volume.Partition.Name} of the source disk, {HumanSize.FormatExact((ulong)volume.Partition.Length)}: {exception.Message} "
        + (volume == root ? "It cannot grow, as another one lies behind it. " : "Only the root's partition grows. ")
        + "Take files out of the image, use a source whose partition is larger, or another format, such as qcow2.", exception);
}
