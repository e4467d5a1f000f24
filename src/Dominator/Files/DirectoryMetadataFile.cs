using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>
/// The metadata of an image directory on disk, in the same form as an <see cref="ImageFile"/>. The original overwrites
/// it in place, so a shorter one may have the rest of a longer behind it.
/// </summary>
public static class DirectoryMetadataFile
{
    /// <summary>The file's name in its directory. Where there is none, the directory has no owner.</summary>
    public const string Name = ".metadata";

    static readonly GobLimits fileLimits = new() { MaxValueBytes = 1 << 20 };

    /// <exception cref="ImageFileException">The file is cut, damaged or no directory metadata.</exception>
    public static DirectoryMetadata Read(Stream stream) =>
        ChecksummedFile.Read(stream, ImageTypes.DirectoryMetadata, "directory metadata", fileLimits);

    /// <summary>Writes the file; does not flush the stream.</summary>
    public static void Write(Stream stream, DirectoryMetadata metadata) =>
        ChecksummedFile.Write(stream, ImageTypes.DirectoryMetadata, metadata);
}
