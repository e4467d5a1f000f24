namespace ImageSdk.Building.Worker;

/// <summary>What goes on beside the worker's own thread.</summary>
static class BackgroundWork
{
    /// <summary>Begins something that may run sandboxes: they end with the thread that started them, so it has one of its own.</summary>
    public static Task<T> Start<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Waits for the end, whatever it is: it works in folders that are about to go, or on what somebody else does again.</summary>
    public static void WaitForEnd(Task work) => work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
}
