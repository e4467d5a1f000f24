using System.Collections.Concurrent;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Storage;

/// <summary>Looking at everything that is there.</summary>
public sealed partial class ObjectStore
{
    // What one thread looks for at a time.
    const int PortionOfHashes = 512;

    // Like the one for incoming objects, a name that the original's start-up scan ignores.
    const string QuarantineDirectory = ".quarantine";

    /// <summary>All objects, in no order. What comes or goes meanwhile may or may not be among them.</summary>
    public IEnumerable<StoredObject> Enumerate()
    {
        if (!System.IO.Directory.Exists(Directory))
            yield break;
        using var root = DirectoryHandle.Open(Directory);
        var found = new List<StoredObject>();
        var scan = new ObjectScan(root)
        {
            OnObject = (hash, size) =>
            {
                if (size > 0)
                    found.Add(new(hash, size));
            },
        };
        foreach (var top in scan.ReadTop())
        {
            scan.Scan(top);
            foreach (var item in found)
                yield return item;
            found.Clear();
        }
    }

    /// <summary>The sizes of objects, in bytes; those that the store has not got are left out.</summary>
    public IReadOnlyDictionary<ObjectHash, ulong> SizesOf(ObjectHash[] hashes)
    {
        var sizes = new Dictionary<ObjectHash, ulong>(hashes.Length);
        if (!System.IO.Directory.Exists(Directory))
            return sizes;
        var found = new ulong[hashes.Length];
        using var root = DirectoryHandle.Open(Directory);
        Parallel.For(0, (hashes.Length + PortionOfHashes - 1) / PortionOfHashes, portion =>
        {
            Span<byte> path = stackalloc byte[ObjectPaths.Length];
            for (var i = portion * PortionOfHashes; i < Math.Min(hashes.Length, (portion + 1) * PortionOfHashes); i++)
            {
                ObjectPaths.Write(hashes[i], path);
                // A symbolic link may lead to an object.
                found[i] = root.TryStat(path) is { Kind: FileKind.Regular } status ? status.Size : SizeOf(hashes[i]) ?? 0;
            }
        });
        for (var i = 0; i < hashes.Length; i++)
            if (found[i] > 0)
                sizes[hashes[i]] = found[i];
        return sizes;
    }

    /// <summary>
    /// Finds all objects, and puts in order what a crash or a power cut left. For the one that owns the store: it must
    /// not be changed meanwhile.
    /// </summary>
    /// <param name="found">Told of each object, by several threads at once.</param>
    /// <param name="cancellation">Stops between directories.</param>
    /// <exception cref="IOException">Something cannot be read or moved.</exception>
    public StoreCondition Repair(Action<StoredObject> found, CancellationToken cancellation = default)
    {
        var empty = new ConcurrentBag<ObjectHash>();
        var foreign = new ConcurrentBag<string>();
        using var root = OpenRoot();
        var leftovers = IncomingDirectory.RemoveDead(root);
        var scan = new ObjectScan(root)
        {
            OnObject = (hash, size) =>
            {
                if (size > 0)
                    found(new(hash, size));
                else if (Quarantine(hash))
                    empty.Add(hash);
            },
            OnForeign = foreign.Add,
            OnLeftover = (directory, name) =>
            {
                directory.Unlink(name);
                Interlocked.Increment(ref leftovers);
            },
        };
        Parallel.ForEach(scan.ReadTop(), new ParallelOptions { CancellationToken = cancellation }, scan.Scan);
        return new([.. empty.Order()], [.. foreign.Order(StringComparer.Ordinal)], leftovers);
    }

    /// <summary>Puts an object aside, with its hash as its name, so that the store has not got it any longer; false if there was none.</summary>
    public bool Quarantine(ObjectHash hash)
    {
        var quarantine = Path.Combine(Directory, QuarantineDirectory);
        System.IO.Directory.CreateDirectory(quarantine, DirectoryMode);
        lock (NameLock(hash))
        {
            var path = GetPath(hash);
            if (!File.Exists(path))
                return false;
            File.Move(path, Path.Combine(quarantine, hash.ToString()), overwrite: true);
            return true;
        }
    }
}
