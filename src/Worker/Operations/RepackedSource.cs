using ImageSdk.Artifacts;
using ImageSdk.DiskImages;
using ImageSdk.DiskImages.Unpacking;
using ImageSdk.DiskImages.Volumes;
using ImageSdk.Posix;

namespace ImageSdk.Worker.Operations;

/// <summary>The disk that an image is built on, as formats see it.</summary>
/// <param name="name">For errors: "SourceImageFile /path".</param>
sealed class RepackedSource(SystemDisk disk, string name, CancellationToken cancellation) : ISourceDisk
{
    public long Length => disk.Blocks.Length;

    public IReadOnlyList<SourcePartition> Partitions { get; } =
    [
        .. disk.Partitions.OrderBy(partition => partition.Start).Select(partition => new SourcePartition(
            partition.Number, partition.Start, partition.Length, disk.Volumes.FirstOrDefault(volume => volume.Partition == partition)?.Volume?.Kind ?? "",
            partition == disk.Root.Partition ? "/" : disk.Mounts.Where(mount => mount.Volume.Partition == partition).Select(mount => '/' + mount.Path).FirstOrDefault())),
    ];

    public IReadOnlyList<string> UnknownMounts { get; } =
        [.. disk.UnknownMounts.Select(path => '/' + path)];

    public void Read(long offset, Span<byte> destination)
    {
        try
        {
            disk.Blocks.Read(offset, destination);
        }
        catch (DiskImageException exception)
        {
            throw Unreadable(name, exception);
        }
    }

    public void Unpack(SourcePartition partition, string directory)
    {
        var volume = disk.Mounts.First(mount => mount.Volume.Partition.Start == partition.Start).Tree;
        using var handle = DirectoryHandle.Open(directory);
        using var writer = new TreeWriter(handle);
        try
        {
            foreach (var entry in VolumeTree.Read(volume, [], _ => cancellation.ThrowIfCancellationRequested()))
                // What a file system of the building machine may hold of attributes is less than the disk's.
                writer.Add(entry with { Attributes = [] });
            writer.Finish();
        }
        catch (DiskImageException exception)
        {
            throw Unreadable(name, exception);
        }
    }

    public static ArtifactException Unreadable(string name, DiskImageException exception) =>
        new("IMG6393", $"{name} cannot be repacked: {exception.Message}. Use a source that is a disk, or another format, such as qcow2.", exception);
}
