using ImageSdk.Images;

namespace ImageSdk.Building.Unpacking;

/// <summary>Where the contents of an image's files come from.</summary>
public interface IObjectSource
{
    /// <exception cref="IOException">The object is not there, or can't be read.</exception>
    Stream OpenRead(ObjectHash hash);
}
