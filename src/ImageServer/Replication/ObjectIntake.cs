using ImageSdk.Dominator.Transfer;
using ImageSdk.ImageServer.Objects;

namespace ImageSdk.ImageServer.Replication;

/// <summary>Takes objects from a master into a batch.</summary>
/// <param name="wanted">The objects that were asked for, in that order.</param>
sealed class ObjectIntake(ReceivedBatch batch, IReadOnlyList<ObjectUse> wanted) : IObjectSink
{
    long bytes;

    /// <summary>Of what has come.</summary>
    public ulong Bytes => (ulong)Interlocked.Read(ref bytes);

    public void Take(int index, ReadOnlySpan<byte> content)
    {
        batch.Store(wanted[index].Hash, content);
        Interlocked.Add(ref bytes, content.Length);
    }

    public async ValueTask TakeAsync(int index, Stream content, CancellationToken cancellation)
    {
        await batch.StoreAsync(content, (ulong)content.Length, wanted[index].Hash, cancellation);
        Interlocked.Add(ref bytes, content.Length);
    }
}
