using ImageSdk.Dominator.Transfer;
using ImageSdk.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Replication;

/// <summary>Sends the objects that a replica receives to its master, as far as the master lacks them.</summary>
sealed class ObjectForwarder(ServerConnections master) : IObjectForwarder
{
    public async Task ForwardAsync(
        IReadOnlyList<ReceivedObject> objects, Func<ReceivedObject, Stream> open, CancellationToken cancellation)
    {
        if (objects.Count == 0)
            return;
        try
        {
            await using var push = new ObjectPush(master, new Source(objects, open), cancellation: cancellation);
            await push.OfferAsync(new([.. objects.Select(item => new OfferedObject(item.Hash, item.Size)).DistinctBy(offer => offer.Hash)]));
            await push.FinishAsync();
        }
        catch (Exception problem) when (problem is SrpcException or IOException)
        {
            // The master says that something was wrong, and not always with what.
            foreach (var item in objects)
                item.Refuse($"master: {problem.Message}");
        }
    }

    sealed class Source(IReadOnlyList<ReceivedObject> objects, Func<ReceivedObject, Stream> open) : IObjectSource
    {
        readonly Dictionary<ObjectHash, ReceivedObject> byHash = objects.DistinctBy(item => item.Hash).ToDictionary(item => item.Hash);

        public Stream OpenRead(ObjectHash hash) => open(byHash[hash]);
    }
}
