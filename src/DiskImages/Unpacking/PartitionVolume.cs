using ImageSdk.DiskImages.Blocks;
using ImageSdk.DiskImages.Btrfs;
using ImageSdk.DiskImages.Ext4;
using ImageSdk.DiskImages.Fat;
using ImageSdk.DiskImages.Partitions;
using ImageSdk.DiskImages.Squashfs;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.DiskImages.Xfs;
using ImageSdk.Posix;

namespace ImageSdk.DiskImages.Unpacking;

/// <summary>A partition with a file system of a kind that is read here.</summary>
/// <param name="Volume">Null where it is damaged.</param>
/// <param name="Root">The tree of it that has what every root has; null where none has.</param>
/// <param name="Fault">What is wrong with it; null for nothing.</param>
sealed record PartitionVolume(Partition Partition, ISourceVolume? Volume, ISourceVolume? Root, DiskImageException? Fault)
{
    static readonly (string Kind, Func<IBlocks, bool> IsOne, Func<IBlocks, ISourceVolume> Open)[] kinds =
    [
        ("ext2, ext3, ext4", Ext4Volume.IsOne, static blocks => new Ext4Source(new(blocks))),
        ("xfs", XfsVolume.IsOne, static blocks => new XfsSource(new(blocks))),
        ("btrfs", BtrfsVolume.IsOne, static blocks => new BtrfsSource(new BtrfsVolume(blocks))),
        ("squashfs", static blocks => BeginsWith(blocks, SquashfsImage.Magic), static blocks => new SquashfsSource(blocks)),
        ("FAT", FatVolume.IsOne, static blocks => new FatSource(new FatVolume(blocks))),
    ];

    /// <summary>Names of the file systems that are read.</summary>
    public static IEnumerable<string> Kinds => kinds.Select(kind => kind.Kind);

    /// <summary>Null where there is no such file system.</summary>
    public static PartitionVolume? TryOpen(IBlocks disk, Partition partition)
    {
        var blocks = new BlockRange(disk, partition.Start, partition.Length);
        if (Array.Find(kinds, kind => kind.IsOne(blocks)) is not { Open: { } open })
            return null;
        try
        {
            var volume = open(blocks);
            return new(partition, volume, volume.Trees.FirstOrDefault(tree => VolumeTree.Find(tree, "etc") is { Kind: FileKind.Directory }), null);
        }
        catch (DiskImageException exception)
        {
            return new(partition, null, null, exception);
        }
    }

    /// <summary>Its label or UUID, or what it is.</summary>
    public string Name => Volume is null ? "" : Volume.Label.Length > 0 ? Volume.Label : Volume.Uuid.Length > 0 ? Volume.Uuid : Volume.Kind;

    /// <summary>Whether a line of /etc/fstab mounts it.</summary>
    public bool IsMeantBy(FileSystemTableLine line) => line.Tag switch
    {
        "UUID" => Volume is not null && Volume.Uuid.Length > 0 && line.Value.Equals(Volume.Uuid, StringComparison.OrdinalIgnoreCase),
        "LABEL" => Volume is not null && Volume.Label.Length > 0 && line.Value == Volume.Label,
        "PARTUUID" => Partition.Uuid.Length > 0 && line.Value.Equals(Partition.Uuid, StringComparison.OrdinalIgnoreCase),
        "PARTLABEL" => Partition.Name.Length > 0 && line.Value == Partition.Name,
        _ => Partition.Number > 0 && line.Value == $"{Partition.Number}",
    };

    static bool BeginsWith(IBlocks blocks, ReadOnlySpan<byte> magic)
    {
        Span<byte> start = stackalloc byte[magic.Length];
        if (blocks.Length < start.Length)
            return false;
        blocks.Read(0, start);
        return start.SequenceEqual(magic);
    }
}
