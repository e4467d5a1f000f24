using System.Threading.Channels;
using ImageSdk.Dominator;

namespace ImageSdk.ImageServer.Updates;

/// <summary>Tells listeners what changes, each in the order in which it happened.</summary>
sealed class UpdateFeed
{
    // A listener that is that far behind is gone, or had better begin again.
    const int Backlog = 1 << 16;

    readonly Lock gate = new();
    readonly HashSet<Channel<ImageUpdate>> listeners = [];

    public int ListenerCount
    {
        get
        {
            lock (gate)
                return listeners.Count;
        }
    }

    /// <summary>Listens from now on. The subscription ends with its disposal, or because the listener is too slow.</summary>
    public UpdateSubscription Subscribe()
    {
        var channel = Channel.CreateBounded<ImageUpdate>(new BoundedChannelOptions(Backlog) { SingleReader = true });
        lock (gate)
            listeners.Add(channel);
        return new(channel.Reader, () => End(channel));
    }

    /// <summary>Called by whoever changes something, while no one else can change it.</summary>
    public void Publish(ImageUpdate update)
    {
        lock (gate)
        {
            foreach (var listener in listeners.ToArray())
            {
                if (!listener.Writer.TryWrite(update))
                    End(listener);
            }
        }
    }

    void End(Channel<ImageUpdate> listener)
    {
        lock (gate)
            listeners.Remove(listener);
        listener.Writer.TryComplete();
    }
}

/// <summary>What a listener gets.</summary>
/// <param name="Updates">Ends where the listener was too slow.</param>
sealed record UpdateSubscription(ChannelReader<ImageUpdate> Updates, Action End) : IDisposable
{
    public void Dispose() => End();
}
