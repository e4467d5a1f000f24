using ImageSdk.Images;

namespace ImageSdk.Building.Archives;

/// <summary>An entry of a tar file. Names are bytes, as the file has them.</summary>
sealed record TarFileEntry
{
    public ByteString Name { get; init; }

    public ByteString LinkName { get; init; }

    /// <summary>'0' file, '1' hard link, '2' symbolic link, '3' character device, '4' block device, '5' directory, '6' pipe, or another.</summary>
    public char Type { get; init; }

    public uint Mode { get; init; }

    public uint Uid { get; init; }

    public uint Gid { get; init; }

    public FileTime Mtime { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Where the content begins in the file.</summary>
    public long Start { get; init; }

    /// <summary>Bytes of the content.</summary>
    public long Length { get; init; }
}
