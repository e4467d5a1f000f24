using ImageSdk.Contracts.Messages;
using ImageSdk.Images;
using ImageSdk.Sandbox.Roots;
using ImageSdk.Storage;

namespace ImageSdk.Worker.Operations;

/// <summary>Brings an image's objects from its layers into a store.</summary>
sealed class ObjectStorer(WorkerSession session)
{
    public void Store(StoreObjectsRequest request)
    {
        var objects = new ObjectStore(request.ObjectDirectory);
        session.Listener.Progress($"Storing {request.Objects.Count} objects");
        using var root = new StageRoot(session, request.Layers);
        using var handle = root.Open();
        using var adder = objects.BeginAdding();
        Parallel.ForEach(request.Objects, new ParallelOptions { CancellationToken = session.Cancellation }, item =>
        {
            using var content = handle.OpenRead(item.Path);
            adder.Add(content, new ObjectHash(item.Hash));
        });
        adder.Commit();
    }
}
