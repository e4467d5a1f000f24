namespace ImageSdk.Posix;

/// <summary>What goes on beside the thread that began it, on one of its own.</summary>
public static class BackgroundWork
{
    /// <summary>
    /// Begins something that waits, computes for long, or runs sandboxes, which end with the thread that started them: not for a pool, which
    /// has few threads at first and gives them to others.
    /// </summary>
    public static Task<T> Start<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Waits for the end, whatever it is: it works in folders that are about to go, or on what another is about to do again.</summary>
    public static void WaitForEnd(Task work) => work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
}
