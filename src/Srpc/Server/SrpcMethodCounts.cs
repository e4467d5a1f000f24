using System.Diagnostics;

namespace ImageSdk.Srpc;

/// <summary>What became of the calls of a method since the server started. For many threads.</summary>
public sealed class SrpcMethodCounts
{
    long permitted;
    long denied;
    long failed;
    long running;
    long ticks;

    /// <summary>Calls that were let in, those included that are running.</summary>
    public long Permitted => Interlocked.Read(ref permitted);

    /// <summary>Calls that were refused for lack of access, or because the caller had too many.</summary>
    public long Denied => Interlocked.Read(ref denied);

    /// <summary>Calls that were answered with an error, or ended their connection.</summary>
    public long Failed => Interlocked.Read(ref failed);

    public long Running => Interlocked.Read(ref running);

    /// <summary>Time of all calls that are over.</summary>
    public TimeSpan Duration => TimeSpan.FromTicks(Interlocked.Read(ref ticks));

    internal void Deny() => Interlocked.Increment(ref denied);

    internal long Begin()
    {
        Interlocked.Increment(ref permitted);
        Interlocked.Increment(ref running);
        return Stopwatch.GetTimestamp();
    }

    internal void End(long begin, bool hasFailed)
    {
        Interlocked.Add(ref ticks, Stopwatch.GetElapsedTime(begin).Ticks);
        Interlocked.Decrement(ref running);
        if (hasFailed)
            Interlocked.Increment(ref failed);
    }
}
