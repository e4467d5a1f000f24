namespace ImageSdk.Srpc.Gob;

/// <summary>
/// The memory that large messages of all connections together may take. Who comes too late waits, in turn; small messages need none.
/// For many threads.
/// </summary>
public sealed class GobMemory
{
    /// <summary>Up to this a message is small, in bytes.</summary>
    public const int Free = 1 << 20;

    // What the collector has not yet found to be garbage takes memory beside what is handed out next. Below this it does not matter.
    const long CollectedBytes = 64 << 20;

    readonly Lock gate = new();
    readonly LinkedList<(long Bytes, TaskCompletionSource<IDisposable> Turn)> waiting = [];
    readonly long total;
    readonly Action collect;
    long left;

    /// <param name="total">Bytes. A message that is larger than that waits until there is no other.</param>
    public GobMemory(long total) : this(total, static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true))
    {
    }

    /// <param name="collect">Called when nothing uses a large part any more, before others get it.</param>
    internal GobMemory(long total, Action collect)
    {
        this.total = total;
        this.collect = collect;
        left = total;
    }

    /// <summary>What a server has for it: half of the machine's memory, 1 GiB at most.</summary>
    public static GobMemory ForServer() => new(Math.Min(1L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2));

    /// <summary>Takes memory until what is returned is disposed of, by when nothing refers to it.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async ValueTask<IDisposable> TakeAsync(long bytes, CancellationToken cancellation)
    {
        bytes = Math.Min(bytes, total);
        LinkedListNode<(long Bytes, TaskCompletionSource<IDisposable> Turn)> node;
        lock (gate)
        {
            if (waiting.Count == 0 && bytes <= left)
                return Lease(bytes);
            node = waiting.AddLast((bytes, new(TaskCreationOptions.RunContinuationsAsynchronously)));
        }
        await using var registration = cancellation.UnsafeRegister(_ => GiveUp(node, cancellation), null);
        return await node.Value.Turn.Task;
    }

    /// <summary>Takes memory, if there is some; null where there is none.</summary>
    public IDisposable? TryTake(long bytes)
    {
        lock (gate)
            return waiting.Count == 0 && bytes <= left ? Lease(bytes) : null;
    }

    Taken Lease(long bytes)
    {
        left -= bytes;
        return new Taken(this, bytes);
    }

    void GiveUp(LinkedListNode<(long Bytes, TaskCompletionSource<IDisposable> Turn)> node, CancellationToken cancellation)
    {
        lock (gate)
        {
            // It may have got its turn in the same moment.
            if (node.List is null)
                return;
            waiting.Remove(node);
            ServeWaiting();
        }
        node.Value.Turn.TrySetCanceled(cancellation);
    }

    void GiveBack(long bytes)
    {
        lock (gate)
        {
            left += bytes;
            ServeWaiting();
        }
    }

    void ServeWaiting()
    {
        while (waiting.First is { } next && next.Value.Bytes <= left)
        {
            waiting.RemoveFirst();
            next.Value.Turn.SetResult(Lease(next.Value.Bytes));
        }
    }

    sealed class Taken(GobMemory memory, long bytes) : IDisposable
    {
        int isGivenBack;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isGivenBack, 1) != 0)
                return;
            if (bytes >= CollectedBytes)
                memory.collect();
            memory.GiveBack(bytes);
        }
    }
}
