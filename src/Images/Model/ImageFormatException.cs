namespace ImageSdk.Images;

/// <summary>A tree that is not one, or that lacks what is asked of it.</summary>
public sealed class ImageFormatException : FormatException
{
    public ImageFormatException(ByteString path, string reason) : base($"{path}: {reason}")
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>Where in the tree; "/" for the root.</summary>
    public ByteString Path { get; }

    public string Reason { get; }
}
