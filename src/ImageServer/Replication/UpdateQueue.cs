namespace ImageSdk.ImageServer.Replication;

/// <summary>
/// Makes changes that a master told of, several at once; those to one name in the order in which they came. What goes
/// wrong stops all others.
/// </summary>
sealed class UpdateQueue(NameTurns turns, int concurrency, TimeProvider time, CancellationToken cancellation) : IAsyncDisposable
{
    // More is left with the master until there is room.
    const int Room = 4096;

    readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    readonly SemaphoreSlim room = new(Room);
    readonly SemaphoreSlim slots = new(concurrency);
    readonly LinkedList<DateTimeOffset> waiting = [];
    TaskCompletionSource idle = NewCompleted();

    /// <summary>Why a change failed and stopped the others; null where none did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Cancelled when the queue ends, or a change failed.</summary>
    public CancellationToken Stopped => stop.Token;

    /// <summary>Changes that are not made yet.</summary>
    public int Count
    {
        get
        {
            lock (waiting)
                return waiting.Count;
        }
    }

    /// <summary>When the oldest change came that is not made yet; null where all are.</summary>
    public DateTimeOffset? Oldest
    {
        get
        {
            lock (waiting)
                return waiting.First?.Value;
        }
    }

    /// <summary>Adds a change; waits while there are very many.</summary>
    /// <exception cref="OperationCanceledException">The queue has ended.</exception>
    public async Task AddAsync(string name, Func<CancellationToken, Task> change)
    {
        await room.WaitAsync(stop.Token);
        LinkedListNode<DateTimeOffset> node;
        lock (waiting)
        {
            node = waiting.AddLast(time.GetUtcNow());
            if (waiting.Count == 1)
                idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        // Before anything else comes, so that the order is kept.
        var turn = turns.Enter(name);
        _ = Task.Run(() => RunAsync(turn, change, node), CancellationToken.None);
    }

    /// <summary>Waits until all changes are made that have been added.</summary>
    /// <exception cref="OperationCanceledException">The queue has ended.</exception>
    public async Task DrainAsync()
    {
        Task drained;
        lock (waiting)
            drained = idle.Task;
        await drained;
        stop.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Gives up what is not done.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Task drained;
        lock (waiting)
            drained = idle.Task;
        await drained;
        stop.Dispose();
    }

    async Task RunAsync(NameTurns.Turn turn, Func<CancellationToken, Task> change, LinkedListNode<DateTimeOffset> node)
    {
        try
        {
            using (turn)
            {
                await turn.Begun.WaitAsync(stop.Token);
                await slots.WaitAsync(stop.Token);
                try
                {
                    await change(stop.Token);
                }
                finally
                {
                    slots.Release();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception problem)
        {
            Failure ??= problem;
            await stop.CancelAsync();
        }
        finally
        {
            room.Release();
            lock (waiting)
            {
                waiting.Remove(node);
                if (waiting.Count == 0)
                    idle.SetResult();
            }
        }
    }

    static TaskCompletionSource NewCompleted()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
