using ImageSdk.Images;

namespace ImageSdk.Storage;

/// <summary>An object that is written but has no name yet, or has got it.</summary>
public sealed class PendingObject
{
    internal PendingObject(ObjectHash hash, ulong size, int file)
    {
        Hash = hash;
        Size = size;
        File = file;
    }

    public ObjectHash Hash { get; }

    /// <summary>Bytes, never 0.</summary>
    public ulong Size { get; }

    /// <summary>Why the object did not get its name; null while it waits for it, and once it has it and survives a power cut.</summary>
    public Exception? Failure { get; private set; }

    internal int File { get; }

    /// <summary>Says that the object is not to get a name. The first reason counts.</summary>
    public void Refuse(Exception reason) => Failure ??= reason;
}
