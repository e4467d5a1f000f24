using ImageSdk.Hosting.Metrics;
using ImageSdk.Images;

namespace ImageSdk.ImageServer.Objects;

/// <summary>
/// Decides which objects a server still takes. What is refused is refused with a sentence for the one who sends it. For many threads.
/// </summary>
sealed class ObjectAdmission(ObjectCatalogue catalogue, ObjectLimits limits)
{
    // Others write to the file system, too.
    static readonly TimeSpan measurePeriod = TimeSpan.FromSeconds(1);

    readonly Lock gate = new();
    long underwayCount;
    ulong underwayBytes;
    ulong reserve;
    ulong room;
    long? measuredAt;

    public ObjectLimits Limits => limits;

    /// <summary>The file system of the objects; null where the system does not say.</summary>
    public Func<DiskSpace?> Space { get; set; } = () => DiskSpace.Of(catalogue.Store.Directory);

    /// <summary>Looks whether an object that is announced can be taken.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="withHoles">Whether it takes less room than it has bytes.</param>
    /// <returns>Why not; null where it can.</returns>
    public string? Refusal(ulong size, bool withHoles) => Decide(size, withHoles, enters: false);

    /// <summary>Lets an object in, which counts until it arrives or leaves.</summary>
    /// <inheritdoc cref="Refusal"/>
    public string? Enter(ulong size, bool withHoles) => Decide(size, withHoles, enters: true);

    string? Decide(ulong size, bool withHoles, bool enters)
    {
        string? full;
        lock (gate)
        {
            if (limits.ObjectSize > 0 && size > limits.ObjectSize)
                return Refuse("IMG7300", $"the object has {size} bytes; this server takes objects of up to {HumanSize.FormatExact(limits.ObjectSize)} (-objectServerMaximumObjectSize)");
            full = FindFull(size) ?? FindRoom(withHoles ? 0 : size);
            if (full is null && enters)
            {
                underwayCount++;
                underwayBytes += size;
            }
        }
        // Whoever runs the server has to know.
        if (full is not null)
            catalogue.OnTrouble(new IOException(full));
        return full;
    }

    /// <summary>Says that an object that was let in is stored, and counts as that from now on.</summary>
    public void Arrive(ObjectHash hash, ulong size)
    {
        lock (gate)
        {
            catalogue.Arrive(hash, size);
            underwayCount--;
            underwayBytes -= size;
        }
    }

    /// <summary>Says that objects that were let in are not going to be stored.</summary>
    public void Leave(long count, ulong bytes)
    {
        lock (gate)
        {
            underwayCount -= count;
            underwayBytes -= bytes;
        }
    }

    /// <summary>Asks for room on the disk for bytes that are about to be written.</summary>
    /// <returns>Why they are not to be; null where they may.</returns>
    public string? Write(int bytes)
    {
        lock (gate)
        {
            if (FindRoom((ulong)bytes) is { } reason)
                return reason;
            room -= Math.Min(room, (ulong)bytes);
            return null;
        }
    }

    // The same words each time, so that the log has them once.
    string? FindFull(ulong size)
    {
        if (limits.StoreCount == 0 && limits.StoreSize == 0)
            return null;
        var stored = catalogue.Statistics;
        if (limits.StoreCount > 0 && stored.Count + underwayCount >= limits.StoreCount)
            return Refuse("IMG7302", $"this server has {limits.StoreCount} objects and takes no more (-objectServerMaximumCount): delete images, or raise the limit");
        return limits.StoreSize > 0 && (UInt128)stored.Bytes + underwayBytes + size > limits.StoreSize
            ? Refuse("IMG7302", $"this server has no room for that object in the {HumanSize.FormatExact(limits.StoreSize)} that it takes (-objectServerMaximumSize): delete images, or raise the limit")
            : null;
    }

    string? FindRoom(ulong bytes)
    {
        if (limits.Reserve == 0)
            return null;
        if (measuredAt is not { } then || bytes >= room || catalogue.Time.GetElapsedTime(then) >= measurePeriod)
            Measure();
        return bytes < room ? null : Refuse("IMG7303",
            $"No space left for objects but the {HumanSize.Format(reserve)} of the disk that this server leaves for other things (-objectServerReservedSize): delete images, or give it a larger disk");
    }

    void Measure()
    {
        measuredAt = catalogue.Time.GetTimestamp();
        room = ulong.MaxValue;
        if (Space() is not { } space)
            return;
        reserve = limits.ReserveOf(space.Total);
        room = space.Free - Math.Min(reserve, space.Free);
    }

    /// <summary>A refusal as those who upload read it.</summary>
    public static string Refuse(string code, string reason) => $"{code}: {reason}";
}
