namespace ImageSdk.Imaginator.Engine;

/// <summary>
/// Keeps builds apart from what may not happen while one goes on: removing what they share. Builds do not wait for each other.
/// </summary>
sealed class BuildGate
{
    readonly Lock turn = new();
    int inside;
    TaskCompletionSource? opened;
    TaskCompletionSource? emptied;

    /// <summary>A build begins; it waits while the gate is closed.</summary>
    /// <param name="waiting">Is called where it has to wait.</param>
    /// <returns>To be disposed of at its end.</returns>
    public async Task<IDisposable> EnterAsync(Action waiting, CancellationToken cancellation)
    {
        while (true)
        {
            Task open;
            lock (turn)
            {
                if (opened is null)
                {
                    inside++;
                    return new Exit(Leave);
                }
                open = opened.Task;
            }
            waiting();
            await open.WaitAsync(cancellation);
        }
    }

    /// <summary>Lets no further builds in, and waits for the end of those that go on.</summary>
    /// <param name="patience">How long to wait, while others wait for that.</param>
    /// <returns>To be disposed of to let builds in again; null where they went on for longer, and are let in again.</returns>
    public async Task<IDisposable?> TryCloseAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        Task empty;
        lock (turn)
        {
            if (opened is not null)
                return null;
            opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
            emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
            empty = emptied.Task;
            if (inside == 0)
                emptied.SetResult();
        }
        try
        {
            await empty.WaitAsync(patience, time, cancellation);
            return new Exit(Open);
        }
        catch (TimeoutException)
        {
            Open();
            return null;
        }
        catch
        {
            Open();
            throw;
        }
    }

    void Leave()
    {
        lock (turn)
            if (--inside == 0)
                emptied?.TrySetResult();
    }

    void Open()
    {
        lock (turn)
        {
            opened!.SetResult();
            (opened, emptied) = (null, null);
        }
    }

    sealed class Exit(Action leave) : IDisposable
    {
        Action? leave = leave;

        public void Dispose() => Interlocked.Exchange(ref leave, null)?.Invoke();
    }
}
