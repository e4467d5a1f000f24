using ImageSdk.Images;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Storage;

/// <summary>
/// Objects that get their names together: first their contents are brought to the disk, then they are named, then the
/// names are brought to the disk. So that a power cut leaves whole objects or none, for the price of two waits for the
/// disk, however many objects there are and however many batches wait at once. Writing is for many threads; what has no
/// name when the batch is disposed of vanishes.
/// </summary>
public sealed class ObjectBatch : IDisposable
{
    /// <summary>So many are enough for a batch: waiting for the disk is cheap then, each taken for itself.</summary>
    public const int MaxCount = 4096;

    /// <summary>So many bytes are enough for a batch.</summary>
    public const long MaxBytes = 64 << 20;

    // So few are brought to the disk one by one, without what others have written to the same file system.
    const int FewObjects = 4;

    readonly ObjectStore store;
    readonly Lock gate = new();
    readonly List<PendingObject> pending = [];
    DirectoryHandle? root;
    IncomingDirectory? incoming;
    long bytes;

    internal ObjectBatch(ObjectStore store) => this.store = store;

    /// <summary>What was written, in no order.</summary>
    public IReadOnlyList<PendingObject> Objects => pending;

    /// <summary>Whether it is time to begin another batch.</summary>
    public bool IsFull
    {
        get
        {
            lock (gate)
                return pending.Count >= MaxCount || bytes >= MaxBytes;
        }
    }

    /// <summary>Writes an object.</summary>
    /// <param name="hash">The right one: it is not computed again.</param>
    /// <exception cref="IOException">The disk is full or broken; the batch may go on without the object.</exception>
    public PendingObject Write(ObjectHash hash, ReadOnlySpan<byte> content)
    {
        var directory = GetIncoming();
        var file = directory.CreateFile(out var number);
        try
        {
            using (file)
                SparseWriter.Write(file, content, 0);
        }
        catch (IOException)
        {
            directory.RemoveFile(number);
            throw;
        }
        return Keep(hash, (ulong)content.Length, number);
    }

    /// <summary>Begins an object that comes in pieces.</summary>
    /// <param name="isWritten">False to have it hashed only.</param>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    public ObjectSpool CreateSpool(bool isWritten = true) => new(isWritten ? GetIncoming() : null);

    /// <summary>Takes an object over that has come in pieces and is finished.</summary>
    public PendingObject Write(ObjectHash hash, ObjectSpool spool) => Keep(hash, spool.Size, spool.Take());

    /// <summary>Opens an object that has no name yet.</summary>
    public SafeFileHandle OpenRead(PendingObject item) => incoming!.OpenFile(item.File);

    /// <summary>Brings the contents to the disk and names them. What fails is said by each object.</summary>
    public async Task CommitAsync()
    {
        await FlushAsync();
        await PublishAsync();
    }

    /// <summary>Brings the contents to the disk, once all are written. What fails is said by each object.</summary>
    public Task FlushAsync() => SynchronizeAsync(item => incoming!.SynchronizeFile(item.File));

    /// <summary>
    /// Names the objects whose contents are on the disk, over what has the names, and brings the names to the disk. What
    /// fails is said by each object.
    /// </summary>
    public Task PublishAsync()
    {
        foreach (var item in pending)
            Guard(item, Publish);
        return SynchronizeAsync(SynchronizeName);
    }

    public void Dispose()
    {
        incoming?.Dispose();
        root?.Dispose();
    }

    IncomingDirectory GetIncoming()
    {
        lock (gate)
        {
            root ??= store.OpenRoot();
            return incoming ??= IncomingDirectory.Create(root);
        }
    }

    PendingObject Keep(ObjectHash hash, ulong size, int file)
    {
        var item = new PendingObject(hash, size, file);
        lock (gate)
        {
            pending.Add(item);
            bytes += (long)size;
        }
        return item;
    }

    void Publish(PendingObject item)
    {
        Span<byte> path = stackalloc byte[ObjectPaths.Length];
        ObjectPaths.Write(item.Hash, path);
        lock (store.NameLock(item.Hash))
            incoming!.MoveFile(item.File, root!, path);
    }

    async Task SynchronizeAsync(Action<PendingObject> alone)
    {
        if (!store.IsDurable || !pending.Exists(item => item.Failure is null))
            return;
        if (pending.Count <= FewObjects)
        {
            await Task.Run(() => pending.ForEach(item => Guard(item, alone)));
            return;
        }
        try
        {
            await store.Disk.RunAsync();
        }
        catch (IOException problem)
        {
            // There is no telling whose bytes were lost.
            pending.ForEach(item => item.Refuse(problem));
        }
    }

    // The directories, too: others may have made them a moment ago.
    void SynchronizeName(PendingObject item)
    {
        Span<byte> path = stackalloc byte[ObjectPaths.Length];
        ObjectPaths.Write(item.Hash, path);
        for (var depth = 2; depth > 0; depth--)
        {
            using var directory = root!.OpenDirectory(ObjectPaths.Directory(path, depth));
            directory.Synchronize();
        }
        root!.Synchronize();
    }

    static void Guard(PendingObject item, Action<PendingObject> action)
    {
        if (item.Failure is not null)
            return;
        try
        {
            action(item);
        }
        catch (IOException problem)
        {
            item.Refuse(problem);
        }
    }
}
