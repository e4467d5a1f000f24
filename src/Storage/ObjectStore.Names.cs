using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>Names that come and go.</summary>
public sealed partial class ObjectStore
{
    const int NameLockCount = 64;

    readonly Lock[] nameLocks = [.. Enumerable.Range(0, NameLockCount).Select(_ => new Lock())];

    /// <summary>
    /// Held by this store while an object gets or loses its name; whoever holds it sees neither happen. Objects share a
    /// few such locks, so at most one may be held.
    /// </summary>
    public Lock NameLock(ObjectHash hash) => nameLocks[hash.Span[0] % NameLockCount];
}
