using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Objects that nothing refers to.</summary>
sealed partial class ObjectCatalogue
{
    // File systems take names out of different directories side by side; more at once would only crowd out others.
    const int Deleters = 4;

    readonly TaskCompletionSource completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Says that the references of all images are counted. Nothing is deleted before.</summary>
    public void MarkComplete() => completion.TrySetResult();

    /// <summary>Whether the references of all images are counted.</summary>
    public bool IsComplete => completion.Task.IsCompleted;

    /// <summary>Ends when the references of all images are counted: until then objects look as if nothing referred to them.</summary>
    public Task Completion => completion.Task;

    /// <summary>The objects that nothing refers to now, those first that have been without references for longest.</summary>
    public IEnumerable<StoredObject> ListUnreferenced()
    {
        int[] list;
        lock (tableLock)
            list = table.ListLoose();
        foreach (var turn in list.Chunk(Turn))
        {
            var found = new List<StoredObject>(turn.Length);
            lock (tableLock)
            {
                foreach (var index in turn)
                    if (table.IsLoose(index))
                        found.Add(new(table.HashOf(index), table.SizeOf(index)));
            }
            foreach (var item in found)
                yield return item;
        }
    }

    /// <summary>
    /// Deletes objects that nothing refers to, the oldest first, until both measures are reached. What is deleted when it is
    /// cancelled stays deleted.
    /// </summary>
    /// <param name="percentage">Of the number of those objects.</param>
    /// <param name="bytes">At least so many.</param>
    /// <exception cref="SrpcException">All that could be deleted is, and it is less; or references are still being counted.</exception>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    public void DeleteUnreferenced(byte percentage, ulong bytes, CancellationToken cancellation = default) =>
        DeleteOldest(Statistics.UnreferencedCount * percentage / 100, bytes, cancellation);

    /// <param name="wanted">At least so many objects.</param>
    /// <inheritdoc cref="DeleteUnreferenced"/>
    public void DeleteOldest(long wanted, ulong bytes, CancellationToken cancellation = default)
    {
        if (!IsComplete)
            throw new SrpcException("the references of images are still being counted");
        var count = 0L;
        var freed = 0UL;
        while (count < wanted || freed < bytes)
        {
            var oldest = Oldest(wanted - count, freed < bytes ? bytes - freed : 0);
            if (oldest.Count == 0)
                throw new SrpcException("no more objects to delete");
            try
            {
                Parallel.ForEach(oldest, new ParallelOptions { MaxDegreeOfParallelism = Deleters, CancellationToken = cancellation }, item =>
                {
                    if (!TryDelete(item))
                        return;
                    Interlocked.Increment(ref count);
                    Interlocked.Add(ref freed, item.Size);
                });
            }
            catch (AggregateException several)
            {
                throw new IOException(several.InnerExceptions[0].Message, several.InnerExceptions[0]);
            }
        }
    }

    List<StoredObject> Oldest(long count, ulong bytes)
    {
        lock (tableLock)
            return table.ListOldest(count, bytes, Turn).ConvertAll(index => new StoredObject(table.HashOf(index), table.SizeOf(index)));
    }

    // False where the object is referred to by now. Whoever uploads it from now on writes it again, and names it
    // after the old one is gone.
    bool TryDelete(StoredObject item)
    {
        lock (Store.NameLock(item.Hash))
        {
            lock (tableLock)
            {
                if (table.Find(item.Hash) is not { } index || !table.Remove(index))
                    return false;
            }
            try
            {
                File.Delete(Store.GetPath(item.Hash));
            }
            catch (Exception problem) when (problem is IOException and not DirectoryNotFoundException or UnauthorizedAccessException)
            {
                Restore(item);
                throw new IOException($"object: {item.Hash} cannot be removed: {problem.Message}", problem);
            }
            catch (DirectoryNotFoundException)
            {
                // It was removed by hand.
            }
            return true;
        }
    }

    void Restore(StoredObject item)
    {
        lock (tableLock)
            if (table.Find(item.Hash) is null)
                table.Add(item.Hash, item.Size, pins: 0);
    }
}
