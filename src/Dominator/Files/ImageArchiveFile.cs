using System.Security.Cryptography;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>
/// An image that is kept outside of a server: the image with its name in gob, and the HMAC-SHA512 of exactly those bytes
/// under a secret of the server that made it, 64 raw bytes.
/// </summary>
public static class ImageArchiveFile
{
    const int SealSize = HMACSHA512.HashSizeInBytes;

    /// <exception cref="GobException">The image has a part that gob cannot carry.</exception>
    public static byte[] Write(ImageArchive archive, ReadOnlySpan<byte> secret)
    {
        var stream = new MemoryStream();
        new GobEncoder(stream).Write(ImageTypes.ImageArchive, archive);
        stream.Write(HMACSHA512.HashData(secret, stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>Reads an archive without looking at who made it: see <see cref="SealOf"/>.</summary>
    /// <exception cref="ImageFileException">The archive is cut or none.</exception>
    public static ImageArchive Read(byte[] archive)
    {
        if (archive.Length <= SealSize)
            throw new ImageFileException("image archive: unexpected end");
        try
        {
            return new GobDecoder(new MemoryStream(archive, 0, archive.Length - SealSize, writable: false)).Read(ImageTypes.ImageArchive);
        }
        catch (GobException problem)
        {
            throw new ImageFileException($"image archive: {problem.Message}", problem);
        }
    }

    /// <summary>The seal that an archive bears.</summary>
    public static ReadOnlySpan<byte> SealOf(ReadOnlySpan<byte> archive) => archive[^SealSize..];

    /// <summary>The seal that an archive made with this secret would bear.</summary>
    public static byte[] ComputeSeal(ReadOnlySpan<byte> archive, ReadOnlySpan<byte> secret) =>
        HMACSHA512.HashData(secret, archive[..^SealSize]);
}
