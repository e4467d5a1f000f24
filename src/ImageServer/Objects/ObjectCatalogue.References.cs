using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Objects;

/// <summary>What images refer to.</summary>
sealed partial class ObjectCatalogue
{
    /// <summary>
    /// Counts the references of an image, all or none: what is counted is not collected.
    /// </summary>
    /// <exception cref="SrpcException">
    /// Objects are missing ("object: HASH is not available", "N objects are not available") or have another size.
    /// </exception>
    public void AddReferences(IReadOnlyList<ObjectUse> uses)
    {
        var counted = new List<ObjectUse>(uses.Count);
        string? fault = null;
        List<ObjectUse> missing = [];
        foreach (var turn in uses.Chunk(Turn))
        {
            lock (tableLock)
                missing.AddRange(turn.Where(use => !TryCount(use)));
        }
        // They may have been put there by hand.
        missing = missing.FindAll(use => FindOnDisk(use.Hash) is null || !TryCountAlone(use));
        fault = missing switch
        {
            [] => fault,
            [var one] => $"object: {one.Hash} is not available",
            _ => $"{missing.Count} objects are not available",
        };
        if (fault is null)
            return;
        DropReferences(counted);
        throw new SrpcException(fault);

        bool TryCountAlone(ObjectUse use)
        {
            lock (tableLock)
                return TryCount(use);
        }

        bool TryCount(ObjectUse use)
        {
            if (table.Find(use.Hash) is not { } index)
                return false;
            var size = table.SizeOf(index);
            if (size == 0)
                return false;
            if (use.Size is { } wanted && wanted != size)
                fault ??= $"object: {use.Hash} has {size} bytes instead of {wanted}";
            table.Reference(index, use.Count);
            counted.Add(use);
            return true;
        }
    }

    /// <summary>Takes references back that were counted.</summary>
    public void DropReferences(IReadOnlyList<ObjectUse> uses)
    {
        foreach (var turn in uses.Chunk(Turn))
        {
            lock (tableLock)
            {
                foreach (var use in turn)
                    table.Reference(table.Find(use.Hash)!.Value, -(long)use.Count);
            }
        }
    }
}
