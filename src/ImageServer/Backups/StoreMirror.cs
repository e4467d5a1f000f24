using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Backups;

/// <summary>
/// Brings one store to what another has, which may be in use: directories with their owners, images byte for byte, deleted images, objects. An image comes after
/// its objects, so that at every moment, and after a power cut, the copy is a store whose images are whole. Objects are compared with their hashes as they come.
/// </summary>
/// <param name="say">Takes lines about what goes on.</param>
sealed class StoreMirror(LocalStore from, LocalStore to, Action<string> say, TimeProvider time)
{
    const int Few = 10;

    static readonly TimeSpan pause = TimeSpan.FromSeconds(5);

    long lastSaid = time.GetTimestamp();

    /// <summary>Copies what is missing or differs.</summary>
    /// <returns>What was done, with the faults of images that were left out.</returns>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    public MirrorResult Copy(CancellationToken stop)
    {
        foreach (var directory in from.Images.ListDirectories())
            CopyDirectory(directory);
        var result = new MirrorResult();
        var names = from.Images.ListNames();
        for (var index = 0; index < names.Count; index++)
        {
            stop.ThrowIfCancellationRequested();
            if (time.GetElapsedTime(lastSaid) > pause)
            {
                say($"{index} of {names.Count} images, {HumanSize.Format((ulong)result.Bytes)} copied");
                lastSaid = time.GetTimestamp();
            }
            result += CopyImage(names[index], stop);
        }
        return result;
    }

    /// <summary>Removes from the copy what its origin no longer has: images, directories, and objects that no image needs then.</summary>
    /// <param name="isLossAllowed">Even most of it.</param>
    /// <exception cref="BackupException">IMG7330: it would be most of the copy.</exception>
    public MirrorResult RemoveMissing(bool isLossAllowed, CancellationToken stop)
    {
        var present = to.Images.ListNames();
        var gone = present.Except(from.Images.ListNames(), StringComparer.Ordinal).ToArray();
        if (gone.Length > Few && gone.Length * 2 > present.Count && !isLossAllowed)
        {
            throw new BackupException("IMG7330", $"{gone.Length} of {present.Count} images of the backup are not at the server any longer: none was removed from it. " +
                "If the server has lost them, restore; if they were deleted on purpose, say so by -allowMassDelete.");
        }
        foreach (var name in gone)
            to.Images.Remove(name);
        foreach (var directory in to.Images.ListDirectories().Except(from.Images.ListDirectories(), StringComparer.Ordinal).OrderByDescending(name => name.Length))
            to.Images.RemoveDirectory(directory, withDeleted: true);
        return new() { RemovedImages = gone.Length, RemovedObjects = RemoveUnneeded(stop) };
    }

    int RemoveUnneeded(CancellationToken stop)
    {
        var needed = new HashSet<ObjectHash>();
        try
        {
            foreach (var name in to.Images.ListNames())
            {
                stop.ThrowIfCancellationRequested();
                if (to.Images.ReadBytes(name) is { Length: > 0 } bytes)
                    needed.UnionWith(ImageObjects.List(Read(bytes)).Keys);
            }
        }
        catch (ImageFileException)
        {
            // What a damaged image needs cannot be known.
            return 0;
        }
        var removed = 0;
        foreach (var item in to.Objects.Enumerate())
        {
            stop.ThrowIfCancellationRequested();
            if (!needed.Contains(item.Hash) && to.Objects.Remove(item.Hash))
                removed++;
        }
        return removed;
    }

    void CopyDirectory(string directory)
    {
        DirectoryMetadata metadata;
        try
        {
            metadata = from.Images.GetDirectoryMetadata(directory);
        }
        catch (StoreException)
        {
            // It was removed a moment ago.
            return;
        }
        to.Images.MakeDirectory(directory);
        if (to.Images.GetDirectoryMetadata(directory) != metadata)
            to.Images.SetDirectoryMetadata(directory, metadata);
    }

    MirrorResult CopyImage(string name, CancellationToken stop)
    {
        try
        {
            if (from.Images.ReadBytes(name) is not { } bytes || to.Images.HasBytes(name, bytes))
                return new();
            var result = bytes.Length == 0 ? new() : CopyObjects(Read(bytes), stop);
            to.Images.WriteBytes(name, bytes);
            return result with { Images = 1 };
        }
        catch (Exception problem) when (problem is ImageFileException or ImageFormatException or ObjectNotFoundException or DamagedObjectException)
        {
            // Where it was deleted meanwhile, its objects may be gone too.
            return from.Images.ReadBytes(name) is null or [] ? new() : new() { Faults = [$"{name}: {problem.Message}"] };
        }
    }

    MirrorResult CopyObjects(Image image, CancellationToken stop)
    {
        var needed = ImageObjects.List(image);
        var sizes = to.Objects.SizesOf([.. needed.Keys]);
        var missing = needed.Keys.Where(hash => !sizes.TryGetValue(hash, out var size) || needed[hash] is { } expected && expected != size).ToArray();
        long bytes = 0;
        using var adder = to.Objects.BeginAdding();
        try
        {
            Parallel.ForEach(missing, new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount }, hash =>
            {
                // One that is cut short would pass for the object.
                if (sizes.ContainsKey(hash))
                    to.Objects.Remove(hash);
                using var content = from.Objects.OpenRead(hash);
                try
                {
                    Interlocked.Add(ref bytes, (long)adder.Add(content, hash, stop).Size);
                }
                catch (StoreException)
                {
                    throw new DamagedObjectException(hash);
                }
            });
        }
        catch (AggregateException problems)
        {
            throw problems.InnerExceptions[0];
        }
        adder.Commit();
        return new() { Objects = missing.Length, Bytes = bytes };
    }

    static Image Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        return ImageFile.Read(stream);
    }

    sealed class DamagedObjectException(ObjectHash hash) : Exception($"object: {hash} is corrupt");
}
