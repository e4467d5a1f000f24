using ImageSdk.Dominator.Wire;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>An image with its name, in gob, and 64 bytes behind it: the server's signature (HMAC-SHA512) of exactly those bytes.</summary>
public static class ImageArchiveFile
{
    /// <summary>Bytes of the signature.</summary>
    public const int SignatureSize = 64;

    /// <summary>Reads an archive without looking at the signature, which only its server can check.</summary>
    /// <exception cref="ImageFileException">The archive is cut, damaged or something else.</exception>
    public static ImageArchive Read(ReadOnlySpan<byte> archive)
    {
        if (archive.Length <= SignatureSize)
            throw new ImageFileException($"an archive of {archive.Length} bytes is none");
        try
        {
            return new GobDecoder(new MemoryStream(archive[..^SignatureSize].ToArray(), writable: false)).Read(ImageTypes.ImageArchive);
        }
        catch (GobException problem)
        {
            throw new ImageFileException($"archive: {problem.Message}", problem);
        }
    }

    /// <summary>Writes an archive that nobody has signed: servers take its image for a new one.</summary>
    public static byte[] Write(ImageArchive archive)
    {
        using var bytes = new MemoryStream();
        new GobEncoder(bytes).Write(ImageTypes.ImageArchive, archive);
        bytes.Write(new byte[SignatureSize]);
        return bytes.ToArray();
    }
}
