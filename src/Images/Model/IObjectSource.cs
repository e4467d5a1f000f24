namespace ImageSdk.Images;

/// <summary>Where the contents of an image's files come from. May be used by several threads.</summary>
public interface IObjectSource
{
    /// <summary>The content from its start, as often as it is asked for.</summary>
    /// <exception cref="IOException">The object is not there, or can't be read.</exception>
    Stream OpenRead(ObjectHash hash);
}
