namespace ImageSdk.Srpc;

/// <summary>The connections of a server since it started. For many threads.</summary>
public sealed class SrpcConnectionCounts
{
    long accepted;
    long rejected;
    long open;

    /// <summary>Connections whose caller was let in, those included that are open.</summary>
    public long Accepted => Interlocked.Read(ref accepted);

    /// <summary>Connections whose caller was refused, or who did not get through the handshake.</summary>
    public long Rejected => Interlocked.Read(ref rejected);

    public long Open => Interlocked.Read(ref open);

    internal void Begin()
    {
        Interlocked.Increment(ref accepted);
        Interlocked.Increment(ref open);
    }

    internal void End() => Interlocked.Decrement(ref open);

    internal void Reject() => Interlocked.Increment(ref rejected);
}
