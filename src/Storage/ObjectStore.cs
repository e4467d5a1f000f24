using ImageSdk.Images;
using ImageSdk.Posix;
using Microsoft.Win32.SafeHandles;

namespace ImageSdk.Storage;

/// <summary>
/// Contents under their SHA-512, one file each, in the layout of the original's object server. Any number of processes
/// and threads may use one directory at once: an object appears whole or not at all.
/// </summary>
public sealed partial class ObjectStore : IObjectSource
{
    const UnixFileMode DirectoryMode = (UnixFileMode)Permissions.OwnerDirectory;

    // One handle for good: the kernel tells each handle of what could not be written since it was opened.
    readonly Lazy<DirectoryHandle> root;

    /// <param name="directory">Made when the first object comes.</param>
    /// <param name="isDurable">
    /// Each object is on the disk before it gets its name, and the name is before it is said to be there. Without, a
    /// power cut may lose objects or leave them empty or cut.
    /// </param>
    public ObjectStore(string directory, bool isDurable = true)
    {
        Directory = Path.GetFullPath(directory);
        IsDurable = isDurable;
        root = new(OpenRoot, LazyThreadSafetyMode.PublicationOnly);
        Disk = new DiskSync(() => root.Value.SynchronizeFileSystem());
    }

    public string Directory { get; }

    /// <summary>Whether objects survive a power cut.</summary>
    public bool IsDurable { get; }

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

    /// <summary>Opens an object for those who bring their own buffer.</summary>
    /// <exception cref="ObjectNotFoundException">The store has not got the object.</exception>
    public SafeFileHandle OpenHandle(ObjectHash hash)
    {
        Span<byte> path = stackalloc byte[ObjectPaths.Length];
        ObjectPaths.Write(hash, path);
        try
        {
            return root.Value.OpenReadHandle(path);
        }
        catch (PosixException exception) when (exception.IsNotFound)
        {
            throw new ObjectNotFoundException(hash);
        }
    }

    /// <summary>Adds one content that is in memory, and waits for the disk.</summary>
    /// <inheritdoc cref="ObjectAdder.Add(ReadOnlySpan{byte}, ObjectHash?)" path="/exception"/>
    public AddedObject Add(ReadOnlySpan<byte> content, ObjectHash? expected = null)
    {
        using var adder = BeginAdding();
        var added = adder.Add(content, expected);
        adder.Commit();
        return added;
    }

    /// <summary>Adds one content, and waits for the disk.</summary>
    /// <inheritdoc cref="ObjectAdder.Add(Stream, ObjectHash?, CancellationToken)" path="/param|/exception"/>
    public AddedObject Add(Stream content, ObjectHash? expected = null, CancellationToken cancellation = default)
    {
        using var adder = BeginAdding();
        var added = adder.Add(content, expected, cancellation);
        adder.Commit();
        return added;
    }

    /// <summary>Adds one file's content, and waits for the disk.</summary>
    /// <inheritdoc cref="ObjectAdder.AddFile" path="/exception"/>
    public AddedObject AddFile(string path, ObjectHash? expected = null, CancellationToken cancellation = default)
    {
        using var adder = BeginAdding();
        var added = adder.AddFile(path, expected, cancellation);
        adder.Commit();
        return added;
    }

    /// <summary>Begins to add many objects, which wait for the disk together.</summary>
    public ObjectAdder BeginAdding() => new(this);

    /// <summary>Begins to write objects that the caller knows to be missing, and hashes.</summary>
    public ObjectBatch BeginBatch() => new(this);

    /// <summary>Reads an object and compares its hash.</summary>
    public ObjectCondition Verify(ObjectHash hash)
    {
        try
        {
            using var file = OpenRead(hash);
            return SparseHash.Of(file).Hash == hash ? ObjectCondition.Good : ObjectCondition.Corrupt;
        }
        catch (ObjectNotFoundException)
        {
            return ObjectCondition.Missing;
        }
    }

    /// <summary>Removes an object; false if there was none.</summary>
    public bool Remove(ObjectHash hash)
    {
        lock (NameLock(hash))
        {
            var path = GetPath(hash);
            if (!File.Exists(path))
                return false;
            File.Delete(path);
            return true;
        }
    }

    /// <summary>Removes what adders that died have left, and returns how many files that were.</summary>
    public int RemoveLeftovers()
    {
        if (!System.IO.Directory.Exists(Directory))
            return 0;
        using var root = DirectoryHandle.Open(Directory);
        return IncomingDirectory.RemoveDead(root);
    }

    /// <summary>Waits for the disk that holds the store.</summary>
    internal DiskSync Disk { get; }

    /// <summary>Opens the store's directory, and makes it where it is missing.</summary>
    internal DirectoryHandle OpenRoot()
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.CreateDirectory(Directory, DirectoryMode);
            if (IsDurable)
                DirectoryHandle.Synchronize(Path.GetDirectoryName(Directory)!);
        }
        return DirectoryHandle.Open(Directory);
    }
}
