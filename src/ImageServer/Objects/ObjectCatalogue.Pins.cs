using ImageSdk.Images;

namespace ImageSdk.ImageServer.Objects;

/// <summary>Objects that come, and objects that are being sent.</summary>
sealed partial class ObjectCatalogue
{
    /// <summary>
    /// Pins an object that is here, or that the caller is going to write: until it says that it has arrived, no one
    /// else is told of it.
    /// </summary>
    /// <returns>Whether it is here, with that size. The disk is not looked at.</returns>
    public bool PinForUpload(ObjectHash hash, ulong size, ObjectPins pins)
    {
        lock (tableLock)
        {
            var isHere = false;
            if (table.Find(hash) is { } index)
            {
                table.Pin(index);
                isHere = table.SizeOf(index) == size;
            }
            else
                index = table.Add(hash, 0, pins: 1);
            pins.Add(index);
            return isHere;
        }
    }

    /// <summary>Says that an object that is pinned is whole, has the content of its hash, and is safe on the disk.</summary>
    public void Arrive(ObjectHash hash, ulong size)
    {
        lock (tableLock)
        {
            var index = table.Find(hash)!.Value;
            table.SetSize(index, size);
            table.ComparedAt(index) = DateTime.UtcNow.Ticks;
        }
    }

    /// <summary>Pins all objects that are here.</summary>
    /// <returns>For each bytes; 0 where there is no such object.</returns>
    public ulong[] Pin(IReadOnlyList<ObjectHash> hashes, ObjectPins pins)
    {
        var sizes = SizesOf(hashes);
        foreach (var turn in Turns(hashes.Count))
        {
            lock (tableLock)
            {
                foreach (var position in turn)
                {
                    sizes[position] = 0;
                    if (table.Find(hashes[position]) is not { } index || table.SizeOf(index) is 0)
                        continue;
                    table.Pin(index);
                    pins.Add(index);
                    sizes[position] = table.SizeOf(index);
                }
            }
        }
        return sizes;
    }

    /// <summary>Takes pins away.</summary>
    public void Unpin(int[] objects)
    {
        foreach (var turn in objects.Chunk(Turn))
        {
            lock (tableLock)
            {
                foreach (var index in turn)
                    table.Unpin(index);
            }
        }
    }
}
