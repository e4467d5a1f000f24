using ImageSdk.Images;
using ImageSdk.Srpc.Gob;

namespace ImageSdk.Dominator;

/// <summary>Files that are a gob value and nothing else, without a checksum.</summary>
public static class BareGob
{
    /// <summary>Reads a file system.</summary>
    /// <exception cref="ImageFileException">The file is cut, damaged or something else.</exception>
    public static FileSystem ReadFileSystem(Stream stream, GobLimits? limits = null)
    {
        try
        {
            return new GobDecoder(stream, limits).Read(ImageTypes.FileSystem);
        }
        catch (GobException problem)
        {
            throw new ImageFileException($"file-system file: {problem.Message}", problem);
        }
    }

    /// <summary>Reads texts by name.</summary>
    /// <exception cref="ImageFileException">The file is cut, damaged or something else.</exception>
    public static IReadOnlyDictionary<string, string> ReadTexts(byte[] file)
    {
        try
        {
            return new GobDecoder(new MemoryStream(file)).Read(CommonTypes.StringTable) ?? new Dictionary<string, string>();
        }
        catch (GobException problem)
        {
            throw new ImageFileException($"file of variables: {problem.Message}", problem);
        }
    }

    /// <summary>Writes a file system.</summary>
    public static void Write(Stream stream, FileSystem tree) => new GobEncoder(stream).Write(ImageTypes.FileSystem, tree);

    /// <summary>Writes an image.</summary>
    public static void Write(Stream stream, Image image) => new GobEncoder(stream).Write(ImageTypes.Image, image);
}
