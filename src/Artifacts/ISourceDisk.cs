using ImageSdk.Archives;

namespace ImageSdk.Artifacts;

/// <summary>The disk whose root the image is built on. Not for several threads at once.</summary>
public interface ISourceDisk
{
    /// <summary>Bytes.</summary>
    long Length { get; }

    /// <summary>In the order in which they lie on the disk; of a disk without a partition table, one that fills it.</summary>
    IReadOnlyList<SourcePartition> Partitions { get; }

    /// <summary>Paths at which the root mounts file systems by its /etc/fstab that are none of <see cref="Partitions"/>, or cannot be read: "/boot/efi".</summary>
    IReadOnlyList<string> UnknownMounts { get; }

    /// <summary>Fills the whole of <paramref name="destination"/>.</summary>
    /// <exception cref="ArtifactException">IMG6393: the disk is damaged there.</exception>
    void Read(long offset, Span<byte> destination);

    /// <summary>Unpacks the file system of a partition that has a mount point: names and contents, without extended attributes.</summary>
    /// <param name="directory">Empty.</param>
    /// <exception cref="ArtifactException">IMG6393: it is damaged.</exception>
    void Unpack(SourcePartition partition, string directory);
}

/// <summary>A partition of a source disk.</summary>
/// <param name="Number">Of the partition table; 0 where there is none.</param>
/// <param name="Start">Bytes from the start of the disk.</param>
/// <param name="Length">Bytes.</param>
/// <param name="FileSystem">"ext4" and so on; empty where it has none that is known.</param>
/// <param name="MountPoint">Where its files are in the image: "/", "/boot"; null where they are not in it.</param>
public sealed record SourcePartition(int Number, long Start, long Length, string FileSystem, string? MountPoint)
{
    public long End => Start + Length;

    /// <summary>For messages.</summary>
    public string Name => Number == 0 ? "the whole disk" : $"partition {Number}";
}

/// <summary>What the name of a file that an image is built on says of it.</summary>
public static class SourceDiskName
{
    /// <summary>Whether it is that of an archive of files, which has no disk in it.</summary>
    public static bool IsArchive(string path) => TarFileName.FindCompression(path) is not null;
}
