using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.ImageServer.Images;
using ImageSdk.ImageServer.Objects;
using ImageSdk.ImageServer.Services;
using ImageSdk.Srpc;

namespace ImageSdk.ImageServer.Import;

/// <summary>
/// Makes an image of a tree that another server has, with everything in it under its SHA-512. The tree is read level by
/// level; in memory are the entries and one tree object.
/// </summary>
sealed class TreeImport(ImageCatalogue images, ObjectCatalogue objects, TimeProvider time)
{
    const int MaxEntries = 4_000_000;
    const int MaxDepth = 2048;
    const ulong MaxTreeBytes = 64 << 20;
    const ulong MaxTargetBytes = 4095;

    /// <param name="user">Who imports; empty for somebody without a name.</param>
    /// <exception cref="SrpcException">The tree is none, cannot be had, or the image cannot be added.</exception>
    public async Task<ImportTreeResponse> ImportAsync(ImportTreeRequest request, string user, CancellationToken cancellation)
    {
        var url = TreeUrl.Parse(request.TreeUrl);
        if (!images.HasDirectory(request.DirectoryName))
            throw new SrpcException($"directory: {request.DirectoryName} does not exist");
        var name = request.DirectoryName == ImageName.RootDirectory ? $"{url.Hash}" : $"{request.DirectoryName}/{url.Hash}";
        if (images.Find(name) is not null)
            throw new SrpcException($"image: {name} already exists");

        using var fetch = new TreeFetch(objects);
        var start = time.GetTimestamp();
        var (tree, files) = await ReadAsync(url, fetch, cancellation);
        var response = new ImportTreeResponse { TreeObjectsAdded = fetch.Count, TreeBytesAdded = fetch.Bytes, TreesDownloadTime = time.GetElapsedTime(start) };
        start = time.GetTimestamp();
        await fetch.FetchAsync(url.Blobs, files, cancellation);
        response.FileObjectsAdded = fetch.Count - response.TreeObjectsAdded;
        response.FileBytesAdded = fetch.Bytes - response.TreeBytesAdded;
        response.FilesDownloadTime = time.GetElapsedTime(start);
        Refusals.Plain.Of(() => images.Add(name, new Image
        {
            CreatedBy = user,
            CreatedOn = time.GetUtcNow(),
            ExpiresAt = request.ExpiresAt,
            FileSystem = tree,
        }));
        response.ImageName = name;
        return response;
    }

    async Task<(FileSystem Tree, IReadOnlyDictionary<ObjectHash, ulong> Files)> ReadAsync(TreeUrl url, TreeFetch fetch, CancellationToken cancellation)
    {
        var tree = new FileSystemBuilder();
        var files = new Dictionary<ObjectHash, ulong>();
        var links = new List<(ByteString Path, TreeEntry Entry)>();
        var now = time.GetUtcNow();
        var mtime = new FileTime(now.ToUnixTimeSeconds(), (int)(now.Ticks % TimeSpan.TicksPerSecond) * 100);
        var entryCount = 0;
        await fetch.FetchAsync(url.Trees, [url.Hash], cancellation);
        List<(ByteString Path, ObjectHash Hash)> level = [("/", url.Hash)];
        for (var depth = 0; level.Count > 0; depth++)
        {
            if (depth > MaxDepth)
                throw new SrpcException($"the tree is more than {MaxDepth} deep");
            var below = new List<(ByteString Path, TreeEntry Entry)>();
            foreach (var (path, hash) in level)
            {
                cancellation.ThrowIfCancellationRequested();
                var entries = TreeEntry.ReadAll(fetch.Read(hash, MaxTreeBytes));
                if ((entryCount += entries.Count) > MaxEntries)
                    throw new SrpcException($"the tree has more than {MaxEntries} entries");
                foreach (var entry in entries)
                    Refusals.Plain.Of(() => Add(Join(path, entry.Name), entry));
            }
            var next = below.Where(directory => directory.Entry.Size > 0).ToList();
            await fetch.FetchAsync(url.Trees, Sizes(next), cancellation);
            level = next.ConvertAll(directory => (directory.Path, directory.Entry.Hash));

            void Add(ByteString path, TreeEntry entry)
            {
                var permissions = entry.Permissions & ~InodeMode.TypeMask;
                switch (entry.Type)
                {
                    case TreeEntryType.Tree:
                        tree.Add(path, new DirectoryInode { Mode = InodeMode.Directory | permissions, Uid = entry.Uid, Gid = entry.Gid });
                        below.Add((path, entry));
                        break;
                    case TreeEntryType.Symlink:
                        links.Add((path, entry));
                        break;
                    default:
                        tree.Add(path, MakeFile(entry, permissions, mtime));
                        if (entry.Size > 0 && !files.TryAdd(entry.Hash, entry.Size) && files[entry.Hash] != entry.Size)
                            throw new SrpcException($"malformed tree: two sizes of {entry.Hash}");
                        break;
                }
            }
        }
        await fetch.FetchAsync(url.Blobs, Sizes(links), cancellation);
        foreach (var (path, entry) in links)
        {
            var target = new ByteString(fetch.Read(entry.Hash, MaxTargetBytes));
            Refusals.Plain.Of(() => tree.Add(path, new SymlinkInode { Target = target, Uid = entry.Uid, Gid = entry.Gid }));
        }
        return (tree.Build(), files);
    }

    static RegularInode MakeFile(TreeEntry entry, uint permissions, FileTime mtime) => new()
    {
        Mode = InodeMode.Regular | permissions,
        Uid = entry.Uid,
        Gid = entry.Gid,
        Mtime = mtime,
        Size = entry.Size,
        Hash = entry.Size > 0 ? entry.Hash : default,
    };

    static Dictionary<ObjectHash, ulong> Sizes(IEnumerable<(ByteString Path, TreeEntry Entry)> entries) =>
        entries.DistinctBy(item => item.Entry.Hash).ToDictionary(item => item.Entry.Hash, item => item.Entry.Size);

    static ByteString Join(ByteString directory, ByteString name) =>
        directory.Length == 1 ? new([(byte)'/', .. name.Span]) : new([.. directory.Span, (byte)'/', .. name.Span]);
}
