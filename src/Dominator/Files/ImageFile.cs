using ImageSdk.Images;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>
/// An image on disk: the image in gob and the SHA-512 of exactly those bytes, 64 raw bytes. The original writes and
/// reads the same. Equal images give equal files here, which is not so with the original.
/// </summary>
public static class ImageFile
{
    /// <summary>
    /// Reads an image file from where the stream is. A file that ends behind the image, without a checksum, is
    /// accepted; what lies behind the checksum is neither read nor looked at. The tree is as it came: see the checks of
    /// <see cref="FileSystem"/> before trusting it.
    /// </summary>
    /// <exception cref="ImageFileException">The file is cut, damaged or no image.</exception>
    public static Image Read(Stream stream, GobLimits? limits = null) =>
        ChecksummedFile.Read(stream, ImageTypes.Image, "image file", limits);

    /// <summary>Writes an image file; does not flush the stream.</summary>
    /// <exception cref="GobException">The image has a part that gob cannot carry, such as an unknown kind of inode.</exception>
    public static void Write(Stream stream, Image image) => ChecksummedFile.Write(stream, ImageTypes.Image, image);
}
