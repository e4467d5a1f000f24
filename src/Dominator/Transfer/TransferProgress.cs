namespace ImageSdk.Dominator.Transfer;

/// <summary>How far a transfer is. May be read and added to by any thread.</summary>
public sealed class TransferProgress
{
    long objects;
    long bytes;
    long known;

    /// <summary>Objects sent or received.</summary>
    public long ObjectCount => Interlocked.Read(ref objects);

    /// <summary>Bytes of their contents.</summary>
    public long ByteCount => Interlocked.Read(ref bytes);

    /// <summary>Objects that the other side had already.</summary>
    public long KnownCount => Interlocked.Read(ref known);

    internal void Add(long objectCount, long byteCount)
    {
        Interlocked.Add(ref objects, objectCount);
        Interlocked.Add(ref bytes, byteCount);
    }

    internal void AddKnown(long count) => Interlocked.Add(ref known, count);
}
