using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>A store cannot do what it was asked for. The message is one that a user can act on.</summary>
public class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>An object is not in the store.</summary>
public sealed class ObjectNotFoundException(ObjectHash hash) : StoreException($"unknown object: {hash}")
{
    public ObjectHash Hash { get; } = hash;
}
