namespace ImageSdk.Dominator;

/// <summary>A file of an image directory that is cut, damaged or something else.</summary>
public sealed class ImageFileException : Exception
{
    public ImageFileException(string message) : base(message)
    {
    }

    public ImageFileException(string message, Exception inner) : base(message, inner)
    {
    }
}
