using ImageSdk.Images;

namespace ImageSdk.Archives;

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

    /// <summary>Extended attributes.</summary>
    public IReadOnlyList<(string Name, byte[] Value)> Attributes { get; init; } = [];

    /// <summary>Of a file whose long runs of zeros are left out, what is there of it: where in the content, where in the file. Null for all others.</summary>
    public IReadOnlyList<TarPiece>? Pieces { get; init; }
}

/// <summary>A part of the content of a sparse file.</summary>
/// <param name="Place">In the content.</param>
/// <param name="Start">In the tar file.</param>
/// <param name="Length">Bytes.</param>
readonly record struct TarPiece(long Place, long Start, long Length);
