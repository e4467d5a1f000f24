using System.Buffers;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Storage;

/// <summary>
/// Adds many objects to a store, by many threads at once. They are there for others, and safe, once <see cref="Commit"/>
/// returns; some may be before. What was not committed vanishes.
/// </summary>
public sealed class ObjectAdder : IDisposable
{
    // Below this an object is hashed in memory, and one that the store has already is never written.
    const int MemoryLimit = 1 << 20;
    const int BufferSize = 1 << 17;

    readonly ObjectStore store;
    readonly ReaderWriterLockSlim batchLock = new();
    ObjectBatch batch;

    internal ObjectAdder(ObjectStore store)
    {
        this.store = store;
        batch = store.BeginBatch();
    }

    /// <summary>Adds a content that is in memory.</summary>
    /// <exception cref="StoreException">The content is empty, or has another hash than expected.</exception>
    public AddedObject Add(ReadOnlySpan<byte> content, ObjectHash? expected = null)
    {
        var hash = ObjectHash.Of(content);
        Check(hash, (ulong)content.Length, expected);
        if (store.SizeOf(hash) == (ulong)content.Length)
            return new(hash, (ulong)content.Length, false);
        batchLock.EnterReadLock();
        try
        {
            batch.Write(hash, content);
        }
        finally
        {
            batchLock.ExitReadLock();
        }
        CommitFull();
        return new(hash, (ulong)content.Length, true);
    }

    /// <summary>Adds what a stream holds up to its end. Memory stays bounded whatever its length.</summary>
    /// <param name="content">Read once, from where it is.</param>
    /// <param name="expected">Null where any hash will do. What the store has under it already is read but not written.</param>
    /// <param name="cancellation">Stops between blocks and leaves nothing behind.</param>
    /// <exception cref="StoreException">The content is empty, or has another hash than expected.</exception>
    public AddedObject Add(Stream content, ObjectHash? expected = null, CancellationToken cancellation = default)
    {
        var start = ArrayPool<byte>.Shared.Rent(expected is null ? MemoryLimit : BufferSize);
        try
        {
            var length = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            if (length < start.Length)
                return Add(start.AsSpan(0, length), expected);
            var added = AddLong(start, content, expected, cancellation);
            CommitFull();
            return added;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(start);
        }
    }

    /// <summary>Adds a file's content. The file is read once if the store has it already, else twice.</summary>
    /// <exception cref="StoreException">The file is empty, or has another hash than expected, or changes meanwhile.</exception>
    public AddedObject AddFile(string path, ObjectHash? expected = null, CancellationToken cancellation = default)
    {
        using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        if (!file.CanSeek || file.Length < MemoryLimit)
            return Add(file, expected, cancellation);
        var (hash, size) = SparseHash.Of(file, cancellation);
        Check(hash, size, expected);
        if (store.SizeOf(hash) == size)
            return new(hash, size, false);
        // What was cut by a power cut must not pass for the object when the file is read again.
        store.Remove(hash);
        file.Position = 0;
        return Add(file, hash, cancellation);
    }

    /// <summary>Returns when all that was added is in the store and survives a power cut.</summary>
    /// <exception cref="IOException">The disk is full or broken; objects may be missing.</exception>
    public void Commit()
    {
        batchLock.EnterWriteLock();
        try
        {
            using var full = batch;
            batch = store.BeginBatch();
            full.CommitAsync().GetAwaiter().GetResult();
            if (full.Objects.FirstOrDefault(item => item.Failure is not null)?.Failure is { } failure)
                throw new IOException(failure.Message, failure);
        }
        finally
        {
            batchLock.ExitWriteLock();
        }
    }

    public void Dispose()
    {
        batch.Dispose();
        batchLock.Dispose();
    }

    AddedObject AddLong(byte[] start, Stream rest, ObjectHash? expected, CancellationToken cancellation)
    {
        batchLock.EnterReadLock();
        try
        {
            using var spool = batch.CreateSpool(isWritten: expected is not { } known || !store.Contains(known));
            // The first block goes on as the buffer for the others.
            ContentReader read = rest is FileStream { CanSeek: true } file ? ReadAfter(file, start.Length) : rest.Read;
            for (var count = start.Length; count > 0; count = read(start))
            {
                cancellation.ThrowIfCancellationRequested();
                spool.Append(start.AsSpan(0, count));
            }
            var hash = spool.Finish();
            Check(hash, spool.Size, expected);
            if (store.SizeOf(hash) == spool.Size)
                return new(hash, spool.Size, false);
            if (!spool.IsWritten)
                throw new StoreException($"object: {hash} has {store.SizeOf(hash) ?? 0} bytes in the store instead of {spool.Size}: remove it and add it again");
            batch.Write(hash, spool);
            return new(hash, spool.Size, true);
        }
        finally
        {
            batchLock.ExitReadLock();
        }
    }

    /// <summary>Reads a long file on from where it is, past its holes.</summary>
    static ContentReader ReadAfter(FileStream file, int length) =>
        file.Position == length ? new SparseReader(file.SafeFileHandle, length).Read : file.Read;

    void CommitFull()
    {
        if (batch.IsFull)
            Commit();
    }

    static void Check(ObjectHash hash, ulong size, ObjectHash? expected)
    {
        if (size == 0)
            throw new StoreException("zero length object cannot be added");
        if (expected is { } wanted && wanted != hash)
            throw new StoreException($"hash mismatch. Computed={hash}, expected={wanted}");
    }
}
