using ImageSdk.Artifacts.Disks.Ext4;

namespace ImageSdk.Artifacts.Disks.Repacking;

/// <summary>A partition of the source whose files are in the image.</summary>
/// <param name="Former">What its file system is like; null where it cannot be made here, so that it stays as it is.</param>
/// <param name="Start">Its first bytes, which belong to a boot loader.</param>
sealed record RepackedVolume(SourcePartition Partition, string MountPoint, FormerSuperblock? Former, byte[] Start)
{
    /// <summary>What the kernel and boot loaders leave alone at the start of a file system of this family, bytes.</summary>
    public const int StartLength = FormerSuperblock.Place;

    public static RepackedVolume Read(ISourceDisk source, SourcePartition partition)
    {
        var start = new byte[StartLength + FormerSuperblock.Length];
        if (partition.FileSystem != "ext4" || partition.Length < start.Length)
            return new(partition, partition.MountPoint!, null, []);
        source.Read(partition.Start, start);
        var former = new FormerSuperblock(start[StartLength..]);
        return new(partition, partition.MountPoint!, former.HasExtents ? former : null, start[..StartLength]);
    }
}
