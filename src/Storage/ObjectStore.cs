using System.Buffers;
using System.Security.Cryptography;
using ImageSdk.Images;
using ImageSdk.Posix;

namespace ImageSdk.Storage;

/// <summary>
/// Contents under their SHA-512, one file each, in the layout of the original's object server. Any number of processes
/// and threads may use one directory at once: an object appears whole or not at all.
/// </summary>
public sealed partial class ObjectStore : IObjectSource
{
    const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const int BufferSize = 1 << 17;

    // Below this an object is hashed in memory, and one that the store has already is never written.
    const int MemoryLimit = 1 << 20;

    // A name with a dot, which the original's start-up scan passes over.
    const string TemporaryDirectory = ".incoming";

    readonly string temporaryDirectory;
    readonly bool isDurable;
    readonly HashSet<string> unsynced = [];

    /// <param name="directory">Made when the first object comes.</param>
    /// <param name="isDurable">
    /// Each object is on the disk before it gets its name, and the names are once <see cref="Flush"/> returns. Without,
    /// a power cut may lose objects or leave them empty or cut.
    /// </param>
    public ObjectStore(string directory, bool isDurable = true)
    {
        Directory = Path.GetFullPath(directory);
        temporaryDirectory = Path.Combine(Directory, TemporaryDirectory);
        this.isDurable = isDurable;
    }

    public string Directory { get; }

    public bool Contains(ObjectHash hash) => SizeOf(hash) is not null;

    /// <summary>Bytes; null where the store has not got the object. An empty file, left by a power cut, is none.</summary>
    public ulong? SizeOf(ObjectHash hash) =>
        new FileInfo(GetPath(hash)) is { Exists: true, Length: > 0 and var length } ? (ulong)length : null;

    /// <summary>Where the object is or would be. Not to be written to.</summary>
    public string GetPath(ObjectHash hash) => ObjectPaths.For(Directory, hash);

    /// <exception cref="ObjectNotFoundException">The store has not got the object.</exception>
    public FileStream OpenRead(ObjectHash hash)
    {
        try
        {
            var file = new FileStream(GetPath(hash), new FileStreamOptions
            {
                Mode = System.IO.FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.SequentialScan,
            });
            if (file.Length > 0)
                return file;
            file.Dispose();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
        }
        throw new ObjectNotFoundException(hash);
    }

    Stream IObjectSource.OpenRead(ObjectHash hash) => OpenRead(hash);

    /// <summary>Adds a content that is in memory.</summary>
    /// <exception cref="StoreException">The content is empty, or has another hash than expected.</exception>
    public AddedObject Add(ReadOnlySpan<byte> content, ObjectHash? expected = null)
    {
        var hash = ObjectHash.Of(content);
        Check(hash, (ulong)content.Length, expected);
        if (SizeOf(hash) == (ulong)content.Length)
            return new(hash, (ulong)content.Length, false);
        using var file = CreateTemporary();
        file.Write(content);
        return Publish(file, hash, (ulong)content.Length);
    }

    /// <summary>Adds what a stream holds up to its end. Memory stays bounded whatever its length.</summary>
    /// <param name="content">Read once, from where it is.</param>
    /// <param name="expected">Null where any hash will do. What the store has under it already is read but not written.</param>
    /// <param name="cancellation">Stops between blocks and leaves nothing behind.</param>
    /// <exception cref="StoreException">The content is empty, or has another hash than expected.</exception>
    public AddedObject Add(Stream content, ObjectHash? expected = null, CancellationToken cancellation = default)
    {
        var start = ArrayPool<byte>.Shared.Rent(expected is null ? MemoryLimit : BufferSize);
        try
        {
            var length = content.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            return length < start.Length
                ? Add(start.AsSpan(0, length), expected)
                : AddLong(start, content, expected, cancellation);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(start);
        }
    }

    AddedObject AddLong(byte[] start, Stream rest, ObjectHash? expected, CancellationToken cancellation)
    {
        using var temporary = expected is { } known && Contains(known) ? null : CreateTemporary();
        using var hasher = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        ulong size = 0;
        // The first block goes on as the buffer for the others.
        for (var count = start.Length; count > 0; count = rest.Read(start))
        {
            cancellation.ThrowIfCancellationRequested();
            hasher.AppendData(start, 0, count);
            temporary?.Write(start.AsSpan(0, count));
            size += (ulong)count;
        }
        var hash = new ObjectHash(hasher.GetHashAndReset());
        Check(hash, size, expected);
        if (temporary is not null)
            return Publish(temporary, hash, size);
        if (SizeOf(hash) == size)
            return new(hash, size, false);
        throw new StoreException($"object: {hash} has {SizeOf(hash) ?? 0} bytes in the store instead of {size}: remove it and add it again");
    }

    /// <summary>Adds a file's content. The file is read once if the store has it already, else twice.</summary>
    /// <exception cref="StoreException">The file is empty, or has another hash than expected, or changes meanwhile.</exception>
    public AddedObject AddFile(string path, ObjectHash? expected = null, CancellationToken cancellation = default)
    {
        using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan });
        if (!file.CanSeek || file.Length < MemoryLimit)
            return Add(file, expected, cancellation);
        var hash = new ObjectHash(SHA512.HashData(file));
        var size = (ulong)file.Position;
        Check(hash, size, expected);
        if (SizeOf(hash) == size)
            return new(hash, size, false);
        // What was cut by a power cut must not pass for the object when the file is read again.
        Remove(hash);
        file.Position = 0;
        return Add(file, hash, cancellation);
    }

    /// <summary>Makes sure that all objects added so far survive a power cut. Does nothing for a store that is not durable.</summary>
    public void Flush()
    {
        string[] directories;
        lock (unsynced)
        {
            directories = unsynced.ToArray();
            unsynced.Clear();
        }
        try
        {
            foreach (var directory in directories)
                DirectoryHandle.Synchronize(directory);
        }
        catch (IOException)
        {
            lock (unsynced)
                unsynced.UnionWith(directories);
            throw;
        }
    }

    /// <summary>Reads an object and compares its hash.</summary>
    public ObjectCondition Verify(ObjectHash hash)
    {
        try
        {
            using var file = OpenRead(hash);
            return new ObjectHash(SHA512.HashData(file)) == hash ? ObjectCondition.Good : ObjectCondition.Corrupt;
        }
        catch (ObjectNotFoundException)
        {
            return ObjectCondition.Missing;
        }
    }

    /// <summary>Removes an object; false if there was none.</summary>
    public bool Remove(ObjectHash hash)
    {
        var path = GetPath(hash);
        if (!File.Exists(path))
            return false;
        File.Delete(path);
        return true;
    }

    /// <summary>Removes what adders that died have left, and returns how many files that were.</summary>
    /// <param name="age">Only what is older: a living adder may be busy with the rest.</param>
    public int RemoveLeftovers(TimeSpan age)
    {
        if (!System.IO.Directory.Exists(temporaryDirectory))
            return 0;
        var old = new DirectoryInfo(temporaryDirectory).EnumerateFiles()
            .Where(file => file.LastWriteTimeUtc <= DateTime.UtcNow - age).ToList();
        old.ForEach(file => file.Delete());
        return old.Count;
    }

    static void Check(ObjectHash hash, ulong size, ObjectHash? expected)
    {
        if (size == 0)
            throw new StoreException("zero length object cannot be added");
        if (expected is { } wanted && wanted != hash)
            throw new StoreException($"hash mismatch. Computed={hash}, expected={wanted}");
    }

    TemporaryFile CreateTemporary()
    {
        CreateDirectory(temporaryDirectory);
        return new TemporaryFile(Path.Combine(temporaryDirectory, $"{Guid.NewGuid():N}~"), FileMode);
    }

    AddedObject Publish(TemporaryFile file, ObjectHash hash, ulong size)
    {
        var path = GetPath(hash);
        if (SizeOf(hash) == size)
            return new(hash, size, false);
        file.Close(isDurable);
        var directory = Path.GetDirectoryName(path)!;
        CreateDirectory(directory);
        // Whoever comes second replaces a file by its equal, or one that was cut by what it should have been.
        file.MoveTo(path);
        if (isDurable)
            MarkUnsynced(directory);
        return new(hash, size, true);
    }

    /// <summary>Makes a directory below the store and those between, each with the mode that the original gives it.</summary>
    void CreateDirectory(string directory)
    {
        if (System.IO.Directory.Exists(directory))
            return;
        var parent = Path.GetDirectoryName(directory)!;
        if (directory != Directory)
            CreateDirectory(parent);
        System.IO.Directory.CreateDirectory(directory, DirectoryMode);
        if (isDurable)
            MarkUnsynced(parent);
    }

    void MarkUnsynced(string directory)
    {
        lock (unsynced)
            unsynced.Add(directory);
    }
}
