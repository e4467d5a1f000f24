namespace ImageSdk.Storage;

/// <summary>A directory of images and one of objects: what a build machine keeps, or an image server.</summary>
public sealed class LocalStore
{
    const string ImagesName = "images";
    const string ObjectsName = "objects";

    /// <param name="root">Holds "images" and "objects". Made when something comes.</param>
    /// <param name="imagesDirectory">Instead of the one below the root.</param>
    /// <param name="objectsDirectory">Instead of the one below the root.</param>
    /// <param name="isDurable">Whether objects survive a power cut; images always do.</param>
    /// <param name="clock">Says what has expired; null for the system's.</param>
    public LocalStore(
        string root, string? imagesDirectory = null, string? objectsDirectory = null, bool isDurable = true, TimeProvider? clock = null)
    {
        Objects = new ObjectStore(objectsDirectory ?? Path.Combine(root, ObjectsName), isDurable);
        Images = new ImageStore(imagesDirectory ?? Path.Combine(root, ImagesName), Objects, clock);
    }

    public ObjectStore Objects { get; }

    public ImageStore Images { get; }
}
