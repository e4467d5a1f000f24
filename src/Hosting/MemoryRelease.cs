using System.Runtime.InteropServices;

namespace ImageSdk.Hosting;

/// <summary>
/// Gives memory back to the system once the server has become quiet. The runtime by itself keeps what a burst of uploads has taken
/// until it needs to collect again, which on a quiet server is never.
/// </summary>
/// <param name="allocated">Bytes that the process has allocated since its start.</param>
/// <param name="release">Collects and gives back.</param>
public sealed partial class MemoryRelease(Func<long> allocated, Action release)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // What a server that only waits allocates in an interval, with a page now and then.
    const long Quiet = 8 << 20;

    // Below this there is nothing to speak of.
    const long Worthwhile = 32 << 20;

    // Looks, soon, and then when the buffers that are kept for the next caller have not been used for more than a minute.
    const int Soon = 2;
    const int Later = 15;

    long seen = allocated();
    long released = allocated();
    int quietLooks;

    public static MemoryRelease Create() => new(() => GC.GetTotalAllocatedBytes(), Collect);

    public async Task RunAsync(TimeProvider time, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
            Look();
    }

    /// <summary>Looks once.</summary>
    public void Look()
    {
        var now = allocated();
        quietLooks = now - seen <= Quiet ? quietLooks + 1 : 0;
        seen = now;
        if (now - released < Worthwhile || quietLooks is not (Soon or Later))
            return;
        release();
        seen = allocated();
        if (quietLooks == Later)
            released = seen;
    }

    static void Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // Of TLS and other native code.
        _ = Trim(0);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
