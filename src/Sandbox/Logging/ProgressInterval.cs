using System.Diagnostics;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Sandbox.Logging;

/// <summary>Tells how far a long work has come, the first time at once and then once a second at most.</summary>
sealed class ProgressInterval(IBuildListener listener)
{
    static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    long? last;

    /// <param name="describe">Called only where it is time.</param>
    public void Tell(Func<string> describe)
    {
        if (last is { } time && Stopwatch.GetElapsedTime(time) < Interval)
            return;
        last = Stopwatch.GetTimestamp();
        listener.Progress(describe());
    }
}
