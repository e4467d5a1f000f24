namespace ImageSdk.Posix;

/// <summary>Work that has to be done but is not waited for: on threads of its own, which leave the processor to others.</summary>
public static class BackgroundThreads
{
    // What "nice" gives programs.
    const int Niceness = 10;

    /// <summary>Does something for each item, and ends when all are done.</summary>
    /// <param name="most">Threads at most.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; what had begun was finished.</exception>
    public static async Task ForEachAsync<T>(IReadOnlyList<T> items, int most, Action<T> action, CancellationToken cancellation)
    {
        var next = -1;
        var threads = new Task[Math.Clamp(items.Count, 1, Math.Max(1, most))];
        for (var index = 0; index < threads.Length; index++)
            threads[index] = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(threads);

        void Run()
        {
            // Of the thread alone, as Linux has it. Where it is refused all is as before.
            _ = Libc.SetPriority(Libc.PriorityOfThread, 0, Niceness);
            for (int index; (index = Interlocked.Increment(ref next)) < items.Count;)
            {
                cancellation.ThrowIfCancellationRequested();
                action(items[index]);
            }
        }
    }
}
