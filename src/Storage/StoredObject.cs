using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>An object in a store.</summary>
/// <param name="Size">Bytes, never 0.</param>
public readonly record struct StoredObject(ObjectHash Hash, ulong Size);

/// <summary>What became of an object that was added.</summary>
/// <param name="Size">Bytes, never 0.</param>
/// <param name="IsNew">False where the store had it already.</param>
public readonly record struct AddedObject(ObjectHash Hash, ulong Size, bool IsNew);

/// <summary>What a look at an object's content finds.</summary>
public enum ObjectCondition
{
    Good,
    Missing,

    /// <summary>The content has another hash than the name says.</summary>
    Corrupt,
}
