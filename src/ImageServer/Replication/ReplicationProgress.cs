namespace ImageSdk.ImageServer.Replication;

/// <summary>What a replicator has done so far. For many threads.</summary>
sealed class ReplicationProgress(string master, TimeProvider time)
{
    readonly Lock gate = new();
    readonly TaskCompletionSource replicated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    UpdateQueue? queue;
    DateTimeOffset? connectedSince;
    DateTimeOffset? lastFinished;
    string? problem;
    int failing;
    long added;
    long deleted;

    /// <summary>Ends once everything has been tried that the master listed.</summary>
    public Task Replicated => replicated.Task;

    public ReplicationState State
    {
        get
        {
            lock (gate)
            {
                var lag = queue?.Oldest is { } oldest ? time.GetUtcNow() - oldest : TimeSpan.Zero;
                return new(master, connectedSince, lastFinished, problem, lag, queue?.Count ?? 0, failing, added, deleted);
            }
        }
    }

    public void Connected(UpdateQueue current) => Change(() => (queue, connectedSince, problem) = (current, time.GetUtcNow(), null));

    public void Disconnected(string reason) => Change(() => (queue, connectedSince, problem) = (null, null, reason));

    /// <param name="isComplete">Whether nothing failed.</param>
    public void Finished(bool isComplete)
    {
        if (isComplete)
            Change(() => (lastFinished, problem) = (time.GetUtcNow(), null));
        replicated.TrySetResult();
    }

    public void Added() => Change(() => added++);

    public void Deleted(int count) => Change(() => deleted += count);

    /// <param name="count">Images that are to be tried again.</param>
    /// <param name="reason">Why the last one failed; null where none did.</param>
    public void Failing(int count, string? reason) => Change(() => (failing, problem) = (count, reason ?? problem));

    void Change(Action change)
    {
        lock (gate)
            change();
    }
}
