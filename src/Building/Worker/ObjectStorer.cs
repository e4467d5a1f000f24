using ImageSdk.Building.Sandbox;
using ImageSdk.Building.Scanning;
using ImageSdk.Images;
using ImageSdk.Posix;
using ImageSdk.Storage;

namespace ImageSdk.Building.Worker;

/// <summary>Brings an image's objects from its layers into a store.</summary>
sealed class ObjectStorer(WorkerSession session)
{
    public void Store(StoreObjectsRequest request)
    {
        var objects = new ObjectStore(request.ObjectDirectory);
        var fileSystem = ImageRecord.Read(request.ImageFile).FileSystem!;
        var missing = new Dictionary<ObjectHash, ByteString>();
        foreach (var entry in fileSystem.Walk())
            if (entry.Inode is RegularInode { Size: > 0 } regular && !objects.Contains(regular.Hash))
                missing.TryAdd(regular.Hash, entry.Path);
        if (missing.Count == 0)
            return;
        session.Listener.Progress($"Storing {missing.Count} objects");
        using var root = new StageRoot(session, request.Layers);
        using var handle = root.Open();
        using var adder = objects.BeginAdding();
        Parallel.ForEach(missing, new ParallelOptions { CancellationToken = session.Cancellation }, item =>
        {
            using var content = handle.OpenRead(item.Value.Span[1..]);
            adder.Add(content, item.Key);
        });
        adder.Commit();
    }
}
