using System.Threading.Channels;

namespace ImageSdk.Hosting.Logs;

/// <summary>A reader who follows the log as it is written.</summary>
public sealed class LogWatch(int level, Func<string, bool> isWanted, Action<LogWatch> onEnd) : IDisposable
{
    // Who is that far behind does not hold up those who write.
    const int Backlog = 4096;

    readonly Channel<string> lines = Channel.CreateBounded<string>(new BoundedChannelOptions(Backlog) { SingleReader = true });

    /// <summary>Details up to this one.</summary>
    public int Level => level;

    /// <summary>Ends where the watch ends or the reader is too slow.</summary>
    public ChannelReader<string> Lines => lines.Reader;

    /// <summary>Called by the log for each line.</summary>
    public void Offer(string line, int lineLevel)
    {
        if (lineLevel <= level && isWanted(line) && !lines.Writer.TryWrite(line))
            Dispose();
    }

    public void Dispose()
    {
        onEnd(this);
        lines.Writer.TryComplete();
    }
}
