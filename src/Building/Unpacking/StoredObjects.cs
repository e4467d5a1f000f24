using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.Building.Unpacking;

/// <summary>Contents from an object store.</summary>
public sealed class StoredObjects(ObjectStore store) : IObjectSource
{
    public Stream OpenRead(ObjectHash hash) => store.OpenRead(hash);
}
