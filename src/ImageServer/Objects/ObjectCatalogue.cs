using ImageSdk.Images;
using ImageSdk.Storage;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.ImageServer.Objects;

/// <summary>
/// The objects of the server: how large they are and how many images' inodes refer to them. For many threads, which
/// wait for each other for the time of some look-ups in memory at most, and never for the disk.
/// </summary>
sealed partial class ObjectCatalogue
{
    // Objects that are dealt with in one go before others get their turn.
    const int Turn = 1024;

    readonly Lock tableLock = new();
    readonly ObjectTable table = new();

    ObjectCatalogue(ObjectStore store, TimeProvider time, ObjectLimits limits)
    {
        Store = store;
        Time = time;
        Admission = new(this, limits);
    }

    public ObjectStore Store { get; }

    public TimeProvider Time { get; }

    /// <summary>Decides what may still come.</summary>
    public ObjectAdmission Admission { get; }

    /// <summary>Receives a disk that is full or broken, for what is to be stored; callers get their own errors.</summary>
    public Action<Exception> OnTrouble { get; set; } = _ => { };

    /// <summary>What was put in order when the catalogue was made.</summary>
    public StoreCondition Condition { get; private set; } = new([], [], 0);

    /// <summary>Finds out what a store has. No other process may use the store, from now on.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    public static ObjectCatalogue Open(ObjectStore store, TimeProvider? time = null, ObjectLimits? limits = null, CancellationToken cancellation = default)
    {
        var catalogue = new ObjectCatalogue(store, time ?? TimeProvider.System, limits ?? ObjectLimits.None);
        catalogue.Condition = store.Repair(catalogue.Add, cancellation);
        return catalogue;
    }

    /// <summary>Figures for pages and metrics.</summary>
    public ObjectStatistics Statistics
    {
        get
        {
            lock (tableLock)
                return table.Statistics;
        }
    }

    /// <summary>Bytes; null where there is no such object.</summary>
    public ulong? SizeOf(ObjectHash hash)
    {
        lock (tableLock)
        {
            if (table.Find(hash) is { } index)
                return Known(table.SizeOf(index));
        }
        return FindOnDisk(hash);
    }

    /// <summary>For each object bytes; 0 where there is no such object.</summary>
    public ulong[] SizesOf(IReadOnlyList<ObjectHash> hashes)
    {
        var sizes = new ulong[hashes.Count];
        var unknown = new List<int>();
        foreach (var turn in Turns(hashes.Count))
        {
            lock (tableLock)
            {
                foreach (var position in turn)
                {
                    if (table.Find(hashes[position]) is { } index)
                        sizes[position] = table.SizeOf(index);
                    else
                        unknown.Add(position);
                }
            }
        }
        foreach (var position in unknown)
            sizes[position] = FindOnDisk(hashes[position]) ?? 0;
        return sizes;
    }

    /// <summary>Opens an object that is read from its start.</summary>
    /// <exception cref="ObjectNotFoundException">There is no such object.</exception>
    public FileStream OpenRead(ObjectHash hash)
    {
        try
        {
            return Store.OpenRead(hash);
        }
        catch (ObjectNotFoundException)
        {
            LookAgain(hash);
            throw;
        }
    }

    /// <summary>Opens an object for those who bring their own buffer.</summary>
    /// <exception cref="ObjectNotFoundException">There is no such object.</exception>
    public SafeFileHandle OpenHandle(ObjectHash hash)
    {
        try
        {
            return Store.OpenHandle(hash);
        }
        catch (ObjectNotFoundException)
        {
            LookAgain(hash);
            throw;
        }
    }

    /// <summary>Takes back that an object is there, if its file no longer is: whoever has it may add it again.</summary>
    public void LookAgain(ObjectHash hash)
    {
        lock (Store.NameLock(hash))
        {
            if (Store.Contains(hash))
                return;
            lock (tableLock)
            {
                if (table.Find(hash) is { } index)
                    table.SetSize(index, 0);
            }
        }
    }

    // An object that was put there by hand.
    ulong? FindOnDisk(ObjectHash hash)
    {
        lock (Store.NameLock(hash))
        {
            if (Store.SizeOf(hash) is not { } size)
                return null;
            lock (tableLock)
            {
                if (table.Find(hash) is { } index)
                    return Known(table.SizeOf(index));
                table.Add(hash, size, pins: 0);
                return size;
            }
        }
    }

    void Add(StoredObject found)
    {
        lock (tableLock)
            table.Add(found.Hash, found.Size, pins: 0);
    }

    static ulong? Known(ulong size) => size > 0 ? size : null;

    static IEnumerable<IEnumerable<int>> Turns(int count) => Enumerable.Range(0, count).Chunk(Turn);
}
