using System.Buffers;
using System.Collections.Concurrent;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Objects that are hashed and written while more of them come, and then stored and confirmed together.</summary>
sealed class ReceivedBatch(ObjectCatalogue catalogue, ObjectPins pins) : IAsyncDisposable
{
    const int BlockSize = 1 << 18;

    readonly ObjectBatch batch = catalogue.Store.BeginBatch();
    readonly ConcurrentDictionary<ObjectHash, ReceivedObject> written = new();
    readonly List<ReceivedObject> objects = [];
    readonly List<Task> work = [];
    readonly long start = catalogue.Time.GetTimestamp();
    volatile bool hasFailed;
    long admittedCount;
    ulong admittedBytes;

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<ReceivedObject> Objects => objects;

    /// <summary>Whether one of the objects is known not to be stored.</summary>
    public bool HasFailed => hasFailed;

    /// <summary>Whether it is time to begin another batch.</summary>
    public bool IsFull(TimeSpan patience) =>
        objects.Count >= ObjectBatch.MaxCount || batch.IsFull || catalogue.Time.GetElapsedTime(start) >= patience;

    /// <summary>Adds a small object, whose content has come.</summary>
    public ReceivedObject Add(ulong size)
    {
        var item = new ReceivedObject(size);
        lock (objects)
            objects.Add(item);
        return item;
    }

    /// <summary>Hashes and writes small objects while the caller goes on, and disposes of the buffer.</summary>
    /// <param name="onEnd">Told when the buffer is free.</param>
    public void Process(ReceivedBuffer buffer, Action onEnd) => work.Add(Task.Run(() =>
    {
        try
        {
            buffer.Hash();
            buffer.ForEach((item, content, expected) => Write(item, content, expected));
        }
        finally
        {
            buffer.Dispose();
            onEnd();
        }
    }));

    /// <summary>Writes an object that is in memory and known to have that hash. For many threads.</summary>
    public void Store(ObjectHash hash, ReadOnlySpan<byte> content)
    {
        var item = Add((ulong)content.Length);
        item.Hash = hash;
        Write(item, content, expected: null);
    }

    void Write(ReceivedObject item, ReadOnlySpan<byte> content, ObjectHash? expected)
    {
        if (!NeedsWriting(item, expected) || !Admit(item, withHoles: false))
            return;
        try
        {
            item.Pending = catalogue.Admission.Write(content.Length) is { } reason ? throw new IOException(reason) : batch.Write(item.Hash, content);
        }
        catch (IOException problem)
        {
            catalogue.OnTrouble(problem);
            Fail(item, problem.Message);
        }
    }

    /// <summary>Whether an object is not to be read at all; nothing is said to anybody then.</summary>
    /// <inheritdoc cref="ObjectAdmission.Refusal"/>
    public string? Refusal(ulong size, ObjectHash? expected, bool withHoles) =>
        IsHere(size, expected) ? null : catalogue.Admission.Refusal(size, withHoles);

    /// <summary>Takes in an object whose content is not read.</summary>
    public void Refuse(ulong size, string reason) => Fail(Add(size), reason);

    /// <summary>Reads, hashes and writes an object of any length, in bounded memory. For many threads.</summary>
    /// <param name="withHoles">Whether it takes less room than it has bytes.</param>
    /// <exception cref="EndOfStreamException">The stream ends inside the object.</exception>
    public async Task<ReceivedObject> StoreAsync(
        Stream stream, ulong size, ObjectHash? expected, CancellationToken cancellation, bool withHoles = false)
    {
        var item = new ReceivedObject(size);
        // What is here already is compared by its hash only.
        var isHere = IsHere(size, expected);
        ObjectSpool? spool = null;
        try
        {
            if (!isHere)
                Admit(item, withHoles);
            spool = TryDo(item, () => batch.CreateSpool(isWritten: !isHere));
            await ReadAsync(stream, size, block => TryDo(item, () => Append(spool, block)), cancellation);
            // Only now: what is not whole is no object of the batch.
            lock (objects)
                objects.Add(item);
            if (spool is not null && item.Error.Length == 0)
                Store(item, spool, expected);
            return item;
        }
        finally
        {
            spool?.Dispose();
        }
    }

    /// <summary>Brings all to the disk and makes it visible. What fails is said by each object.</summary>
    public async Task CompleteAsync(IObjectForwarder? forwarder, CancellationToken cancellation)
    {
        await Task.WhenAll(work);
        await batch.FlushAsync();
        if (forwarder is not null)
            await forwarder.ForwardAsync(objects.FindAll(item => item is { Twin: null, Error: "" }), Open, cancellation);
        await batch.PublishAsync();
        foreach (var item in batch.Objects)
        {
            if (item.Failure is { } failure)
            {
                catalogue.OnTrouble(failure);
                continue;
            }
            catalogue.Admission.Arrive(item.Hash, item.Size);
            admittedCount--;
            admittedBytes -= item.Size;
        }
    }

    /// <summary>Waits for what is still being written; what did not become visible vanishes.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        batch.Dispose();
        catalogue.Admission.Leave(admittedCount, admittedBytes);
    }

    bool IsHere(ulong size, ObjectHash? expected) => expected is { } known && catalogue.SizeOf(known) == size;

    bool Admit(ReceivedObject item, bool withHoles)
    {
        if (catalogue.Admission.Enter(item.Size, withHoles) is { } reason)
        {
            Fail(item, reason);
            return false;
        }
        Interlocked.Increment(ref admittedCount);
        Interlocked.Add(ref admittedBytes, item.Size);
        return true;
    }

    Stream Open(ReceivedObject item) =>
        item.Pending is { } pending ? new FileStream(batch.OpenRead(pending), FileAccess.Read, bufferSize: 0) : catalogue.OpenRead(item.Hash);

    void Store(ReceivedObject item, ObjectSpool spool, ObjectHash? expected)
    {
        item.Hash = spool.Finish();
        if (!NeedsWriting(item, expected))
            return;
        if (spool.IsWritten)
            item.Pending = batch.Write(item.Hash, spool);
        else
            Fail(item, $"object: {item.Hash} was deleted meanwhile: send it again");
    }

    bool NeedsWriting(ReceivedObject item, ObjectHash? expected)
    {
        if (expected is { } wanted && wanted != item.Hash)
        {
            Fail(item, $"hash mismatch. Computed={item.Hash}, expected={wanted}");
            return false;
        }
        if (catalogue.PinForUpload(item.Hash, item.Size, pins))
            return false;
        var first = written.GetOrAdd(item.Hash, item);
        if (first == item)
            return true;
        item.Twin = first;
        return false;
    }

    // Reads a block while the one before is dealt with.
    static async Task ReadAsync(Stream stream, ulong length, Action<ReadOnlyMemory<byte>> deal, CancellationToken cancellation)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        var other = ArrayPool<byte>.Shared.Rent(BlockSize);
        var dealing = Task.CompletedTask;
        try
        {
            for (var left = length; left > 0;)
            {
                var piece = block.AsMemory(0, (int)Math.Min(left, (ulong)block.Length));
                await stream.ReadExactlyAsync(piece, cancellation);
                left -= (ulong)piece.Length;
                await dealing;
                dealing = Task.Run(() => deal(piece), CancellationToken.None);
                (block, other) = (other, block);
            }
        }
        finally
        {
            await dealing;
            ArrayPool<byte>.Shared.Return(block);
            ArrayPool<byte>.Shared.Return(other);
        }
    }

    // Once the disk has failed, the rest is only read.
    bool Append(ObjectSpool? spool, ReadOnlyMemory<byte> block)
    {
        if (spool is { IsWritten: true } && catalogue.Admission.Write(block.Length) is { } reason)
        {
            spool.Dispose();
            throw new IOException(reason);
        }
        spool?.Append(block.Span);
        return true;
    }

    T? TryDo<T>(ReceivedObject item, Func<T> action)
    {
        if (item.Error.Length > 0)
            return default;
        try
        {
            return action();
        }
        catch (IOException problem)
        {
            catalogue.OnTrouble(problem);
            Fail(item, problem.Message);
            return default;
        }
    }

    void Fail(ReceivedObject item, string reason)
    {
        item.Refuse(reason);
        hasFailed = true;
    }
}
