using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Trees;

/// <summary>Image records on disk (bin/…/name.image), in the format of the image stores.</summary>
static class ImageRecord
{
    public static Image Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return ImageFile.Read(stream);
        }
        catch (ImageFileException exception)
        {
            throw new BuildException("IMG7001", $"{file} is no valid image file: {exception.Message}", file, inner: exception);
        }
    }

    public static void Write(string file, Image image) => AtomicFile.Write(file, stream => ImageFile.Write(stream, image));
}
