namespace ImageSdk.Storage;

/// <summary>Waits for the disk on behalf of many at once: all who come while one wait is going on share the next one.</summary>
/// <param name="synchronize">Returns when all that was written before it was called is on the disk.</param>
sealed class DiskSync(Action synchronize)
{
    readonly Lock gate = new();
    Task running = Task.CompletedTask;
    Task? next;

    /// <summary>Ends when all that was written before the call is on the disk, or with what went wrong.</summary>
    public Task RunAsync()
    {
        lock (gate)
        {
            // The one that is running may have begun before the caller's last write. A thread of its own: callers may
            // hold all those of the pool.
            return next ??= Task.Factory.StartNew(RunNext, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
    }

    void RunNext()
    {
        Task before;
        lock (gate)
            before = running;
        before.ContinueWith(static _ => { }, TaskContinuationOptions.ExecuteSynchronously).Wait();
        lock (gate)
        {
            running = next!;
            next = null;
        }
        synchronize();
    }
}
