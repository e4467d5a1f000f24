using ImageSdk.Posix;

namespace ImageSdk.Sandbox.Limits;

/// <summary>Looks now and then whether a command has reached a limit, and ends it then: one that goes on without the process or memory it wanted would make half an image, or never end.</summary>
sealed class LimitWatch : IDisposable
{
    static readonly TimeSpan first = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan longest = TimeSpan.FromMilliseconds(320);

    readonly CommandBounds bounds;
    readonly int process;
    readonly Timer timer;
    readonly Lock looking = new();
    TimeSpan interval = first;
    bool hasEnded;

    public LimitWatch(CommandBounds bounds, int process)
    {
        (this.bounds, this.process) = (bounds, process);
        timer = new(_ => Look(), null, first, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The limit that was reached; null for none.</summary>
    public string? Reached { get; private set; }

    void Look()
    {
        lock (looking)
        {
            if (hasEnded)
                return;
            if ((Reached = bounds.FindReached()) is not null)
                Processes.Kill(process);
            else
            {
                interval = interval * 2 < longest ? interval * 2 : longest;
                timer.Change(interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void End(int exitCode)
    {
        lock (looking)
            hasEnded = true;
        Reached ??= bounds.FindReached(exitCode);
    }

    public void Dispose() => timer.Dispose();
}
